"""The pages of tasks: the desk that plans, the tablet that carries out."""
