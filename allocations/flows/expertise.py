"""How much of what a proposal is about a reviewer knows."""


def needed_keywords(proposal):
    """What a reviewer should know about: the words of the request, in lower case."""
    keywords = proposal.answers.get("keywords", "")
    return _words(f"{proposal.title} {keywords} {proposal.abstract} {proposal.sector}")


def shared_keywords(proposal, reviewer):
    """The reviewer's keywords that the proposal is about, whole words only."""
    text = f" {needed_keywords(proposal)} "
    return [word for word in reviewer.keywords if f" {_words(word)} " in text]


def overlap(proposal, reviewer):
    """From 0 to 1: the policy says how many shared keywords are as good as more."""
    enough = proposal.policy.review_policy.enough_keywords
    return min(len(shared_keywords(proposal, reviewer)) / enough, 1.0)


def _words(text):
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
