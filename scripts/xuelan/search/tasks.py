"""The two tasks of the index that run in other processes: index a batch, pack a bucket.

Both are pure and can be pickled, so they run in forks of this process and on a cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from xuelan.search.document import IndexDocument
from xuelan.search.files import PAIRS, SINGLES, ShardKind
from xuelan.search.postings import UnitBatch, extract_singles
from xuelan.search.shape import IndexShape
from xuelan.search.shards import ShardFile, pack_own_shard, pack_shards
from xuelan.search.spool import Bucket, BucketedRows, sort_bucket, split_into_buckets
from xuelan.search.store import EncodedDocument, encode_documents
from xuelan.search.stream import Stream


class IndexedBatch(NamedTuple):
    """The documents encoded, by their position in the batch, and the rows of the whole batch."""

    encoded: dict[int, EncodedDocument]
    pairs: BucketedRows
    singles: BucketedRows


@dataclass(frozen=True, slots=True)
class IndexTask:
    """Encodes the documents of a batch, and extracts their postings."""

    shape: IndexShape

    def __call__(self, batch: list[IndexDocument | bytes]) -> IndexedBatch:
        """Index a batch of documents; one that is encoded already stands there as its stream."""
        documents = {at: each for at, each in enumerate(batch) if isinstance(each, IndexDocument)}
        encoded = dict(zip(documents, encode_documents(list(documents.values())), strict=True))
        streams = [
            each if isinstance(each, bytes) else encoded[at].stream for at, each in enumerate(batch)
        ]
        units = UnitBatch.join(list(map(Stream.unpack, streams)))
        pairs, singles = self.shape.common.extract(units), extract_singles(units)
        bits = self.shape.bucket_bits
        return IndexedBatch(
            encoded, split_into_buckets(pairs, bits), split_into_buckets(singles, bits)
        )


@dataclass(frozen=True, slots=True)
class PackTask:
    """Makes the files of all shards in a bucket."""

    shape: IndexShape

    def __call__(self, item: tuple[int, Bucket, Bucket]) -> list[ShardFile]:
        """Sort and pack a bucket; ``item`` is its number, its pairs and its single units."""
        number, pair_rows, single_rows = item
        bits, bucket_bits, common = self.shape.bits, self.shape.bucket_bits, self.shape.common
        apart = [key for key in common.keys if key >> 32 - bucket_bits == number]
        pairs, own = sort_bucket(pair_rows, bucket_bits, apart)
        singles, _ = sort_bucket(single_rows, bucket_bits)
        return [
            *pack_shards(PAIRS, pairs, self._list_shards(PAIRS, number), bits),
            *pack_shards(SINGLES, singles, self._list_shards(SINGLES, number), bits),
            *(pack_own_shard(own[key], (1 << bits) + common.keys[key], bits) for key in own),
        ]

    def _list_shards(self, kind: ShardKind, bucket: int) -> range:
        """Return the numbers of the shards in a bucket.

        With 11 bits for a shard of pairs and 5 for a bucket, bucket 3 has the 64 shards of pairs
        192 to 255, and of single units, whose shards 4 bits fewer name, 12 to 15.
        """
        each = 1 << self.shape.bits - kind.fewer - self.shape.bucket_bits
        return range(bucket * each, (bucket + 1) * each)
