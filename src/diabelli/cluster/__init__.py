"""Engines on a Ray cluster, as Ray Serve deployments.

    options                  replicas, resources and queue lengths of one engine
    messages                 the messages of a call, and their transport form
    replica                  the work of one replica; independent of Ray
    cancelled_calls          the cancelled calls of one server; replicas ask for them
    deployment               the replica as a Serve application
    serve_config             the applications as a configuration file
    remote_engine            the engine at the server's end; independent of Ray
    ray_cluster              connection to a cluster; translates Ray's exceptions
    administration           deploys, lists and removes the applications
    security                 refuses clusters that accept calls without a token

Only `administration`, `deployment`, `ray_cluster` and `security` import Ray, inside the calls that
need it.
"""
