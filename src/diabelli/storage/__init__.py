"""Result pictures in a local directory or a bucket, behind signed links that expire."""

from diabelli.storage.bucket import BucketStorage
from diabelli.storage.local import LocalStorage, StoredPicture
from diabelli.storage.storage import Storage

__all__ = ["BucketStorage", "LocalStorage", "Storage", "StoredPicture"]
