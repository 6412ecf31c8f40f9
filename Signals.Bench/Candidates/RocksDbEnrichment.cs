using RocksDbSharp;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// The vectors of RocksDB: a column family of their own, under the keys of the events. They come from a sorted file, which is
/// written uncompressed and ingested by moving it. Used by one thread.
/// </summary>
internal sealed class RocksDbEnrichment(RocksDb database, ReadOptions reading, string folder)
{
    private readonly Answer _answer = new(ICandidate.ReadRows);
    private readonly VectorAnswer _vectors = new(Vectors64.Dimensions);
    private readonly ColumnFamilyHandle _family = database.GetColumnFamily(RocksDbSettings.Vectors);

    public void Write(EnrichmentRows rows)
    {
        string file = Path.Combine(folder, "vectors.to-ingest");
        byte[] key = new byte[RocksDbKey.Bytes];
        byte[] vector = new byte[Vectors64.Dimensions];
        EventLog log = rows.Log;
        using (SstFileWriter writer = new(null, RocksDbSettings.VectorOptions()))
        {
            writer.Open(file);
            for (int i = 0; i < log.Count; i++)
            {
                RocksDbKey.WriteKey(key, log, i);
                Vectors64.Write(log.Ids[i], vector);
                writer.Put(key, vector);
            }

            writer.Finish();
        }

        database.IngestExternalFiles([file], new IngestExternalFileOptions().SetMoveFiles(true), _family);
    }

    public void Compact() => database.CompactRange((byte[]?)null, null, _family);

    public int Read(ulong user)
    {
        Read(user, _vectors);
        return _vectors.Count;
    }

    /// <summary>Reads events and vectors with two iterators that walk side by side, as both are in the order of their keys.</summary>
    public void Read(ulong user, VectorAnswer answer)
    {
        Span<byte> prefix = stackalloc byte[RocksDbKey.PrefixBytes];
        RocksDbKey.WritePrefix(prefix, user, EnrichmentRows.Type);
        using Iterator events = database.NewIterator(readOptions: reading);
        using Iterator vectors = database.NewIterator(_family, reading);
        vectors.Seek(prefix);
        int rows = 0;
        for (events.Seek(prefix); rows < ICandidate.ReadRows && events.Valid(); events.Next(), rows++)
        {
            ReadOnlySpan<byte> key = events.GetKeySpan();
            RocksDbKey.Read(key, events.GetValueSpan(), _answer, rows);
            answer.Times[rows] = _answer.Times[rows];
            answer.Ids[rows] = _answer.Ids[rows];
            int order = -1;
            while (vectors.Valid() && (order = vectors.GetKeySpan().SequenceCompareTo(key)) < 0)
            {
                vectors.Next();
            }

            if (order == 0)
            {
                vectors.GetValueSpan().CopyTo(answer.VectorAt(rows));
                vectors.Next();
            }
            else
            {
                answer.VectorAt(rows).Clear();
            }
        }

        answer.Count = rows;
    }
}
