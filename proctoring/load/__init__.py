"""How a site bears many candidates who start at once and save their answers: `manage.py load`."""
