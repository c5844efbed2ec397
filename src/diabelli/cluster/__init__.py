"""Engines on a Ray cluster, as Ray Serve deployments.

    options                  replicas, resources and queue lengths of one engine
    messages                 the messages of a call, and their transport form
    replica                  the work of one replica; independent of Ray
    cancelled_calls          the cancelled calls of one server; replicas ask for them
    deployment               the replica as a Serve application
    serve_config             the applications as a configuration file
    remote_engine            the engine at the server's end; independent of Ray
    ray_cluster              connection to a cluster; translates Ray's exceptions
    ray_client               addresses with ray://, and the one question that is asked there
    own_node                 the Ray node of this machine; started if there is none
    node_keeper              runs such a node until no process uses it
    reachability             checks that this machine and the cluster's nodes reach each other
    waiting                  waits that end when the connection is closed
    administration           deploys, lists and removes the applications
    security                 refuses clusters that accept calls without a token

Ray is imported inside the calls that need it, in the modules that a contract in `pyproject.toml`
lists.
"""
