namespace Signals.Bench.Candidates;

/// <summary>
/// Reads a user's newest rows from FASTER. The head is decoded inside the read, straight into the answer. Only when rows of
/// earlier parts may belong to the answer, all of them are collected and sorted. Used by one thread at a time.
/// </summary>
internal sealed class FasterReader : IFasterVisitor
{
    private readonly FasterSession _session;
    private readonly int _rowBytes;
    private readonly TypeLists _lists = new();
    private readonly PartCollector _parts;
    private readonly TypeLists.Fill _readType; // Made once, so that a read allocates nothing.
    private Answer? _list;
    private byte _type;
    private long _oldest;
    private bool _isAnswered;

    public FasterReader(FasterSession session, int rowBytes)
    {
        _session = session;
        _rowBytes = rowBytes;
        _parts = new PartCollector(rowBytes);
        _readType = ReadType;
    }

    public void Read(ulong user, ReadShape shape, Answer answer) => _lists.Read(user, shape, answer, _readType);

    public void Visit(Span<byte> value) => _isAnswered = new RowHead(value, _rowBytes).TryAnswer(_list!, _type, _oldest);

    private void ReadType(ulong user, byte type, long oldest, Answer list)
    {
        _list = list;
        _type = type;
        _oldest = oldest;
        if (!_session.TryVisit(new FasterKey(user, type, 0), this))
        {
            list.Count = 0;
        }
        else if (!_isAnswered)
        {
            ReadParts(user, type, oldest, list);
        }
    }

    private void ReadParts(ulong user, byte type, long oldest, Answer list)
    {
        RowCollector rows = _parts.Rows;
        rows.Clear();
        _session.TryVisit(new FasterKey(user, type, 0), _parts);
        for (int part = _parts.Earlier; part > 0 && _parts.NewestEarlier >= oldest; part--)
        {
            rows.Settle();
            if (rows.IsWhole(_parts.NewestEarlier))
            {
                break;
            }

            SpinWait wait = default;
            while (!_session.TryVisit(new FasterKey(user, type, (uint)part), _parts))
            {
                wait.SpinOnce(); // The head names the part before its writer has stored it.
            }
        }

        rows.Settle();
        rows.CopyTo(list, type, oldest);
    }

    /// <summary>Collects the rows of a head and of its parts. Used by one thread.</summary>
    private sealed class PartCollector(int rowBytes) : IFasterVisitor
    {
        public RowCollector Rows { get; } = new();

        public int Earlier { get; private set; }

        public long NewestEarlier { get; private set; }

        public void Visit(Span<byte> value)
        {
            RowHead head = new(value, rowBytes);
            Earlier = head.Parts;
            NewestEarlier = head.NewestInParts;
            head.CollectInto(Rows);
        }
    }
}
