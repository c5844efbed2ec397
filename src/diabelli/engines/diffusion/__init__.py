"""Pretrained pipelines from Hugging Face or a local folder, behind the protocol of `engines`.

    presets, runtime              known facts of each pipeline, and its run-time options
    weights, loader               location and download of weights; loading
    device                        capabilities of the machine
    conditioning, mixed_sources   the arguments of a source for each family of pipelines; batches
    latents, previews             previews of images in progress
    pipeline                      a loaded pipeline: sources and seeds in, images out
    job, batcher, pipeline_cache  concurrent requests share pipelines and memory
    engine, engine_manager        the engine of one preset; all engines of a process

torch is imported only when a pipeline is needed.
"""
