"""The addresses of calls, proposals, projects and jobs."""

from django.urls import path

from .views import (
    attachments,
    before,
    calls,
    chains,
    changes,
    collaboration,
    compliance,
    editor,
    following,
    forecasts,
    home,
    job_templates,
    jobs,
    machine,
    orders,
    projects,
    proposals,
    reports,
    resources,
    revisions,
    statements,
    timeline,
    waiting,
)

app_name = "allocations"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("check/eligibility/", before.Eligibility.as_view(), name="eligibility"),
    path("check/mode/", before.Adviser.as_view(), name="adviser"),
    path("check/gpu-hours/", before.Estimator.as_view(), name="estimator"),
    path("check/ai-act/", compliance.AIActCheck.as_view(), name="ai_act"),
    path("calls/", calls.CallList.as_view(), name="calls"),
    path("calls/<int:pk>/", calls.CallDetail.as_view(), name="call"),
    path("calls/<int:pk>/apply/", proposals.ProposalNew.as_view(), name="proposal_new"),
    path("proposals/", proposals.ProposalList.as_view(), name="proposals"),
    path("proposals/<int:pk>/", proposals.ProposalDetail.as_view(), name="proposal"),
    path("proposals/<int:pk>/edit/", editor.ProposalEdit.as_view(), name="proposal_edit"),
    path(
        "proposals/<int:pk>/edit/<slug:code>/",
        editor.QuestionsPage.as_view(),
        name="proposal_section",
    ),
    path(
        "proposals/<int:pk>/answers/<slug:code>/",
        editor.AnswerPart.as_view(),
        name="proposal_answer",
    ),
    path("proposals/<int:pk>/team/", editor.TeamPage.as_view(), name="proposal_team"),
    path("proposals/<int:pk>/history/", collaboration.History.as_view(), name="proposal_history"),
    path(
        "proposals/<int:pk>/history/<int:change>/restore/",
        collaboration.AnswerRestore.as_view(),
        name="answer_restore",
    ),
    path("proposals/<int:pk>/comments/", collaboration.CommentAdd.as_view(), name="comment_add"),
    path(
        "proposals/<int:pk>/comments/<int:comment>/resolve/",
        collaboration.CommentResolve.as_view(),
        name="comment_resolve",
    ),
    path("proposals/<int:pk>/reuse/", collaboration.Reuse.as_view(), name="proposal_reuse"),
    path("proposals/<int:pk>/presence/", editor.PresencePart.as_view(), name="proposal_presence"),
    path(
        "proposals/<int:pk>/withdraw/",
        proposals.ProposalWithdraw.as_view(),
        name="proposal_withdraw",
    ),
    path("proposals/<int:pk>/timeline/", timeline.TimelinePage.as_view(), name="timeline"),
    path(
        "proposals/<int:pk>/mails/<int:mail>/",
        timeline.TimelineMail.as_view(),
        name="timeline_mail",
    ),
    path("proposals/<int:pk>/recall/", following.ProposalRecall.as_view(), name="proposal_recall"),
    path(
        "proposals/<int:pk>/questions/<int:number>/",
        following.QuestionsAnswer.as_view(),
        name="questions",
    ),
    path(
        "proposals/<int:pk>/attachments/",
        attachments.AttachmentPage.as_view(),
        name="attachments",
    ),
    path(
        "proposals/<int:proposal>/attachments/<int:pk>/",
        attachments.AttachmentFile.as_view(),
        name="attachment",
    ),
    path(
        "proposals/<int:proposal>/attachments/<int:pk>/remove/",
        attachments.AttachmentRemove.as_view(),
        name="attachment_remove",
    ),
    path("proposals/<int:pk>/resources/", resources.ResourcePage.as_view(), name="resources"),
    path(
        "proposals/<int:pk>/resources/sums/",
        resources.ResourceSums.as_view(),
        name="resource_sums",
    ),
    path("proposals/<int:pk>/late/", proposals.ProposalLate.as_view(), name="proposal_late"),
    path("proposals/<int:pk>/draft.pdf", revisions.DraftPDF.as_view(), name="draft_pdf"),
    path(
        "proposals/<int:pk>/revisions/<int:number>.pdf",
        revisions.RevisionPDF.as_view(),
        name="revision_pdf",
    ),
    path(
        "proposals/<int:pk>/compliance/",
        compliance.CompliancePage.as_view(),
        name="compliance",
    ),
    path(
        "proposals/<int:pk>/compliance/<slug:question>/",
        compliance.ComplianceQuestion.as_view(),
        name="compliance_question",
    ),
    path("proposals/<int:pk>/accept/", proposals.OfferAccept.as_view(), name="offer_accept"),
    path("proposals/<int:pk>/decline/", proposals.OfferDecline.as_view(), name="offer_decline"),
    path("projects/", projects.ProjectList.as_view(), name="projects"),
    path("projects/<int:pk>/", projects.ProjectDetail.as_view(), name="project"),
    path("projects/<int:pk>/waits.csv", waiting.WaitsCSV.as_view(), name="waits_csv"),
    path("allocations/<int:pk>/statement/", statements.StatementPage.as_view(), name="statement"),
    path(
        "allocations/<int:pk>/statement.csv",
        statements.StatementCSV.as_view(),
        name="statement_csv",
    ),
    path(
        "allocations/<int:pk>/statement.pdf",
        statements.StatementPDF.as_view(),
        name="statement_pdf",
    ),
    path("allocations/<int:pk>/report/", reports.ReportBegin.as_view(), name="report_begin"),
    path("allocations/<int:pk>/changes/", changes.ChangeList.as_view(), name="changes"),
    path(
        "allocations/<int:pk>/changes/<int:change>/withdraw/",
        changes.ChangeWithdraw.as_view(),
        name="change_withdraw",
    ),
    path(
        "allocations/<int:pk>/changes/<slug:kind>/", changes.ChangeNew.as_view(), name="change_new"
    ),
    path("reports/<int:pk>/", reports.ReportPage.as_view(), name="report"),
    path("reports/<int:pk>.pdf", reports.ReportPDF.as_view(), name="report_pdf"),
    path("jobs/", jobs.JobList.as_view(), name="jobs"),
    path("jobs.csv", jobs.JobsCSV.as_view(), name="jobs_csv"),
    path("jobs/new/", jobs.JobNew.as_view(), name="job_new"),
    path("jobs/new/cost/", jobs.JobCost.as_view(), name="job_cost"),
    path("jobs/chain/", chains.ChainNew.as_view(), name="chain_new"),
    path("jobs/chain/cost/", chains.ChainCostPart.as_view(), name="chain_cost"),
    path("jobs/templates/", job_templates.TemplateList.as_view(), name="job_templates"),
    path(
        "jobs/templates/<int:pk>/drop/",
        job_templates.TemplateDrop.as_view(),
        name="job_template_drop",
    ),
    path("jobs/<int:pk>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<int:pk>/template/", job_templates.TemplateSave.as_view(), name="job_template_save"),
    path("jobs/<int:pk>/modify/", orders.JobChange.as_view(), name="job_modify"),
    *(
        path(
            f"jobs/<int:pk>/{order.name}/",
            orders.JobOrder.as_view(order=order),
            name=f"job_{order.name}",
        )
        for order in orders.ORDERS
        if order is not orders.CHANGE
    ),
    path("machine/", machine.Machine.as_view(), name="machine"),
    path("machine/forecasts/", forecasts.ForecastPage.as_view(), name="forecasts"),
]
