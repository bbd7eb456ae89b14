"""Does a site that runs for long, and that people come to and leave thousands of times, keep anything it should not?"""
