from django.dispatch import Signal

lags = Signal()  # at; a receiver answers with crmservice.operations.state.Lag
