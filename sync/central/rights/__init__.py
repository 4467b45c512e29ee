"""What UU 27/2022 gives a person over their data: to find it, to get a copy, to correct it, to have it erased."""
