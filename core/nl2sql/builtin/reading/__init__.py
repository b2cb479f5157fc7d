"""Reading: items to a query by a straight list of passes, weighed against what else a question may mean."""
