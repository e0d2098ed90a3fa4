"""What the demo's proposals answer about compliance."""

HARMLESS = {  # nothing follows from these
    "work": "train",
    "prohibited": ["none"],
    "stage": "research_only",
    "personal_data": "none",
    "end_use": ["none"],
    "dual_use": "no",
}
OF_ITS_OWN = {  # a chatbot, and a medical device with patients' data
    "founder@demo.example": {
        "work": "fine_tune",
        "stage": "development",
        "annex_i": "no",
        "annex_iii": ["none"],
        "art50": ["tells_user_is_ai", "marks_synthetic_output"],
    },
    "offered@demo.example": {
        "stage": "development",
        "annex_i": "yes",
        "annex_iii": ["none"],
        "art50": ["none"],
        "personal_data": "pseudonymised",
        "special": "yes",
        "art35": ["none"],
        "wp248": ["sensitive_data", "vulnerable_people"],
        "dpia_state": "under_way",
        "transfer": "none",
        "agreement": "yes",
    },
}
