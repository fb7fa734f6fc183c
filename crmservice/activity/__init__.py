"""The trail of what was done: `from crmservice.activity.trail import record, timeline`."""
