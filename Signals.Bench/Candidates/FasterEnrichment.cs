using System.Buffers.Binary;
using Signals.Bench.Vectors;
using Signals.Bench.Workloads;

namespace Signals.Bench.Candidates;

/// <summary>
/// The vectors of FASTER: per user, values of up to 128 rows (time, id, vector), newest first, which are joined with the events at
/// a read. A vector inside the head would make each update of a head move 3.5 times as many bytes. Used by one thread at a time.
/// </summary>
internal sealed class FasterEnrichment(FasterSession session, FasterReader reader) : IFasterVisitor
{
    private const int RowBytes = sizeof(long) + sizeof(ulong) + Vectors64.Dimensions;
    private const int RowsPerValue = 128;
    private const uint Type = EnrichmentRows.Type | FasterKey.VectorFlag;

    private readonly byte[] _value = new byte[RowsPerValue * RowBytes];
    private readonly Answer _events = new(ICandidate.ReadRows);
    private readonly VectorAnswer _answer = new(Vectors64.Dimensions);
    private VectorAnswer? _target;
    private int _joined;

    public void Write(EnrichmentRows rows)
    {
        EventLog log = rows.Log;
        for (int start = 0, part = 0; start < log.Count;)
        {
            ulong user = log.Users[start];
            int count = 0;
            for (; count < RowsPerValue && start + count < log.Count && log.Users[start + count] == user; count++)
            {
                int i = start + count;
                Span<byte> row = _value.AsSpan(count * RowBytes, RowBytes);
                BinaryPrimitives.WriteInt64LittleEndian(row, log.Times[i]);
                BinaryPrimitives.WriteUInt64LittleEndian(row[sizeof(long)..], log.Ids[i]);
                Vectors64.Write(log.Ids[i], row[(sizeof(long) + sizeof(ulong))..]);
            }

            session.Write(new FasterKey(user, Type, (uint)part), _value.AsSpan(0, count * RowBytes));
            start += count;
            part = start < log.Count && log.Users[start] == user ? part + 1 : 0;
        }
    }

    public int Read(ulong user)
    {
        Read(user, _answer);
        return _answer.Count;
    }

    public void Read(ulong user, VectorAnswer answer)
    {
        reader.Read(user, ReadShape.OneType, _events);
        answer.Count = _events.Count;
        _events.Times.AsSpan(0, answer.Count).CopyTo(answer.Times);
        _events.Ids.AsSpan(0, answer.Count).CopyTo(answer.Ids);
        _target = answer;
        _joined = 0;
        for (uint part = 0; _joined < answer.Count && session.TryVisit(new FasterKey(user, Type, part), this); part++)
        {
        }

        for (; _joined < answer.Count; _joined++)
        {
            answer.VectorAt(_joined).Clear();
        }
    }

    /// <summary>Walks the rows of a value and those of the answer side by side.</summary>
    public void Visit(Span<byte> value)
    {
        VectorAnswer answer = _target!;
        for (; value.Length >= RowBytes && _joined < answer.Count; value = value[RowBytes..])
        {
            long time = BinaryPrimitives.ReadInt64LittleEndian(value);
            ulong id = BinaryPrimitives.ReadUInt64LittleEndian(value[sizeof(long)..]);
            while (_joined < answer.Count && IsBefore(answer, _joined, time, id))
            {
                answer.VectorAt(_joined++).Clear();
            }

            if (_joined < answer.Count && answer.Times[_joined] == time && answer.Ids[_joined] == id)
            {
                value.Slice(sizeof(long) + sizeof(ulong), Vectors64.Dimensions).CopyTo(answer.VectorAt(_joined++));
            }
        }
    }

    private static bool IsBefore(VectorAnswer answer, int row, long time, ulong id) =>
        answer.Times[row] > time || (answer.Times[row] == time && answer.Ids[row] < id);
}
