"""What runs towards an instant: rules of time as data, and the clocks that they give a case."""
