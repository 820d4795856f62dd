"""Descriptions of the inputs by which a caller confirms what was asked back."""

PAY_CONFIRMED = (
    "True after `PayUnusual`: the pay is right, although it is ten times what is usual, or a tenth."
)
SEPARATE = (
    "True after `AlreadyExists`: it is a job of its own, although the employer has one with the "
    "same title, place, pay and shift."
)
