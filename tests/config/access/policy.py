"""The policy of contents every page must carry: ourselves, and nothing else."""

STRICT = {"'self'", "'none'"}


def loose_sources(policy: str) -> set[str]:
    """What the policy allows beyond ourselves."""
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
    if directives.get("default-src") != "'self'":
        return {"no policy"}
    return {source for value in directives.values() for source in value.split()} - STRICT
