"""Facts once more as columns, for what is asked of hundreds of thousands (ADR 0097).

A block has the facts of one day. It goes, by a trigger, with the first change of one of them; until
it is kept anew, the facts of that day are read row by row. So columns say at every moment what the
facts do. What they are asked are the querysets and expressions that the database would be sent, so
nothing is defined twice; whatever is not known here is sent to it.

`layouts` knows which facts lie where and does without numpy, which only those load that need it.
"""
