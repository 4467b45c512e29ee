"""What is true about enrolment: NIK, tariff, eligibility, records. Standard library only."""
