"""Pretrained pipelines from Hugging Face or a local folder, behind the protocol of `engines`.

    presets, runtime              known facts of each pipeline, and its run-time options
    weights, download, loader     location, download and loading of weights
    half_storage                  weights in half precision, for a CPU that computes in another
    device, speed, selection      capabilities of the machine, and the preset that fits it best
    conditioning, mixed_sources   the arguments of a source for each family of pipelines; batches
    latents, previews             previews of images in progress
    pipeline                      a loaded pipeline: sources and seeds in, images out
    job, batcher, pipeline_cache  concurrent requests share pipelines and memory
    engine, engine_manager        the engine of one preset; all engines of a process
    fallback, trial               the embedded engine until weights are loaded; a measured run

torch is imported only when a pipeline is needed.
"""
