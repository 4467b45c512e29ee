"""Lists of members as coordinators really make them: read as they are, checked cell by cell, told about in a report."""
