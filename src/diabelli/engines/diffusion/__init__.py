"""Pretrained pipelines from Hugging Face or a local folder, behind the protocol of `engines`.

    presets, running          what is known of each, and how it is run; data alone
    weights                   where weights lie, and how they are fetched
    device                    what the machine has
    recipes, mixing           what a source becomes for each family of pipelines, and sources that
                              share a batch
    latents, previews         how images look on their way
    pipeline                  one pipeline, loaded: sources and seeds in, images out
    order, batcher, shelf     how concurrent requests share pipelines and memory
    engine, fleet             the engine of one preset, and all engines of a process

Only `device`, `recipes` and `pipeline` import torch, and only once a pipeline is needed.
"""
