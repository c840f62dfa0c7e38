"""What long work that was cancelled raises."""


class Cancelled(Exception):
    """The work was cancelled; `done` of `total` pixels, frames, rows or steps were finished."""

    def __init__(self, done, total, what="pixels"):
        super().__init__(f"cancelled after {done} of {total} {what}")
        self.done, self.total = done, total
