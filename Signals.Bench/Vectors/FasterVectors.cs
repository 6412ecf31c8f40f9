using System.Runtime.InteropServices;
using FASTER.core;

namespace Signals.Bench.Vectors;

/// <summary>
/// FASTER as a hash index over chunks of 32 rows per user, with the vectors inline, all of it in memory. It has no log in front,
/// because only reads are compared.
/// </summary>
internal sealed class FasterVectors<TVector> : IVectorStore
    where TVector : unmanaged
{
    private const int UserShift = 32;

    private readonly FasterKVSettings<long, VectorChunk<TVector>> _settings;
    private readonly FasterKV<long, VectorChunk<TVector>> _store;
    private readonly ClientSession<long, VectorChunk<TVector>, VectorRow<TVector>, VectorChunk<TVector>, Empty,
        IFunctions<long, VectorChunk<TVector>, VectorRow<TVector>, VectorChunk<TVector>, Empty>> _session;
    private readonly List<VectorRow<TVector>> _rows = new(4 * VectorAnswer.Rows);
    private readonly List<int> _order = new(4 * VectorAnswer.Rows);
    private readonly VectorAnswer _answer = new(Marshal.SizeOf<TVector>());

    public FasterVectors(string path)
    {
        _settings = new FasterKVSettings<long, VectorChunk<TVector>>
        {
            LogDevice = Devices.CreateLogDevice(Path.Combine(path, "hybrid.log")),
            EqualityComparer = new FasterKeyComparer(),
            IndexSize = 1L << 26,
            MemorySize = 4L << 30,
            PageSize = 32 << 20,
            SegmentSize = 1L << 30,
            MutableFraction = 0.9,
        };
        _store = new FasterKV<long, VectorChunk<TVector>>(_settings);
        _session = _store.NewSession(new FasterVectorFunctions<TVector>());
    }

    public string Name => "FASTER";

    public void Ingest(VectorWorkload workload)
    {
        for (int i = 0; i < workload.Log.Count; i++)
        {
            VectorRow<TVector> row = new() { Time = workload.Log.Times[i], Id = workload.Log.Ids[i] };
            VectorWorkload.WriteVector(row.Id, MemoryMarshal.AsBytes(new Span<TVector>(ref row.Vector)));
            long key = (long)workload.Log.Users[i] << UserShift;
            VectorChunk<TVector> full = default;
            _session.RMW(ref key, ref row, ref full);
            if (full.Count > 0)
            {
                long fullKey = key | ((long)full.Earlier + 1);
                _session.Upsert(ref fullKey, ref full);
            }
        }

        _session.CompletePending(wait: true);
    }

    public int Read(ulong user)
    {
        Read(user, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, VectorAnswer answer)
    {
        _rows.Clear();
        long newest = (long)user << UserShift;
        long key = newest;
        while (TryGet(key, out VectorChunk<TVector> chunk))
        {
            int before = _rows.Count;
            _rows.AddRange(chunk.Span);
            CollectionsMarshal.AsSpan(_rows)[before..].Reverse();
            if (chunk.Earlier == 0 || (Settle() >= VectorAnswer.Rows && _rows[_order[VectorAnswer.Rows - 1]].Time > chunk.NewestEarlier))
            {
                break;
            }

            key = newest | (long)chunk.Earlier;
        }

        answer.Count = Math.Min(VectorAnswer.Rows, Settle());
        Span<VectorRow<TVector>> rows = CollectionsMarshal.AsSpan(_rows);
        for (int i = 0; i < answer.Count; i++)
        {
            ref VectorRow<TVector> row = ref rows[_order[i]];
            answer.Times[i] = row.Time;
            answer.Ids[i] = row.Id;
            MemoryMarshal.AsBytes(new ReadOnlySpan<TVector>(in row.Vector)).CopyTo(answer.VectorAt(i));
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _store.Dispose();
        _settings.LogDevice.Dispose();
        _settings.Dispose();
    }

    /// <summary>
    /// Orders the rows by inserting their numbers, because few rows are late, and drops repetitions. Returns the number of rows
    /// that are left.
    /// </summary>
    private int Settle()
    {
        Span<VectorRow<TVector>> rows = CollectionsMarshal.AsSpan(_rows);
        CollectionsMarshal.SetCount(_order, rows.Length);
        Span<int> order = CollectionsMarshal.AsSpan(_order);
        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int place = count;
            while (place > 0 && IsBefore(rows[i], rows[order[place - 1]]))
            {
                place--;
            }

            if (place > 0 && rows[order[place - 1]].Time == rows[i].Time && rows[order[place - 1]].Id == rows[i].Id)
            {
                continue;
            }

            order[place..count].CopyTo(order[(place + 1)..]);
            order[place] = i;
            count++;
        }

        return count;
    }

    private static bool IsBefore(in VectorRow<TVector> a, in VectorRow<TVector> b) =>
        a.Time > b.Time || (a.Time == b.Time && a.Id < b.Id);

    private bool TryGet(long key, out VectorChunk<TVector> chunk)
    {
        VectorRow<TVector> none = default;
        chunk = default;
        return _session.Read(ref key, ref none, ref chunk).Found;
    }
}
