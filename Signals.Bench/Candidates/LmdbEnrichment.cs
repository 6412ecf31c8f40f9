using System.Buffers.Binary;
using LightningDB;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// The vectors of LMDB: a key per user, with inverted time, id and vector as fixed-size sorted duplicates, which are joined with the
/// events at a read. Rows come in the order of the database, so they are appended. Used by one thread.
/// </summary>
internal sealed class LmdbEnrichment(LightningEnvironment environment, LightningDatabase database, LmdbReader reader)
{
    private const int RowBytes = LmdbPages.PrefixBytes + Vectors64.Dimensions;
    private const int RowsPerTransaction = 10_000;

    private readonly Answer _events = new(ICandidate.ReadRows);
    private readonly VectorAnswer _answer = new(Vectors64.Dimensions);

    public void Write(EnrichmentRows rows)
    {
        Span<byte> key = stackalloc byte[LmdbPages.KeyBytes];
        Span<byte> value = stackalloc byte[RowBytes];
        EventLog log = rows.Log;
        for (int start = 0; start < log.Count; start += RowsPerTransaction)
        {
            using LightningTransaction transaction = environment.BeginTransaction();
            for (int i = start; i < Math.Min(start + RowsPerTransaction, log.Count); i++)
            {
                BinaryPrimitives.WriteUInt64BigEndian(key, log.Users[i]);
                BinaryPrimitives.WriteUInt64BigEndian(value, ~(ulong)log.Times[i]);
                BinaryPrimitives.WriteUInt64BigEndian(value[sizeof(long)..], log.Ids[i]);
                Vectors64.Write(log.Ids[i], value[LmdbPages.PrefixBytes..]);
                LmdbLibrary.Require(transaction.Put(database, key, value, PutOptions.AppendDuplicateData));
            }

            LmdbLibrary.Require(transaction.Commit());
        }
    }

    public int Read(ulong user)
    {
        Read(user, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, VectorAnswer answer)
    {
        reader.Begin();
        reader.ReadType(user, EnrichmentRows.Type, long.MinValue, _events);
        answer.Count = _events.Count;
        _events.Times.AsSpan(0, answer.Count).CopyTo(answer.Times);
        _events.Ids.AsSpan(0, answer.Count).CopyTo(answer.Ids);
        int joined = 0;
        LmdbPages pages = reader.VectorPages(user, RowBytes);
        while (joined < answer.Count && pages.MoveNext())
        {
            joined = Join(pages.Current, answer, joined);
        }

        for (; joined < answer.Count; joined++)
        {
            answer.VectorAt(joined).Clear();
        }

        reader.End();
    }

    // Walks a page and the rest of the answer side by side. Both are newest first, then by id.
    private static int Join(ReadOnlySpan<byte> page, VectorAnswer answer, int joined)
    {
        for (; page.Length >= RowBytes && joined < answer.Count; page = page[RowBytes..])
        {
            long time = (long)~BinaryPrimitives.ReadUInt64BigEndian(page);
            ulong id = BinaryPrimitives.ReadUInt64BigEndian(page[sizeof(long)..]);
            while (joined < answer.Count
                && (answer.Times[joined] > time || (answer.Times[joined] == time && answer.Ids[joined] < id)))
            {
                answer.VectorAt(joined++).Clear();
            }

            if (joined < answer.Count && answer.Times[joined] == time && answer.Ids[joined] == id)
            {
                page.Slice(LmdbPages.PrefixBytes, Vectors64.Dimensions).CopyTo(answer.VectorAt(joined++));
            }
        }

        return joined;
    }
}
