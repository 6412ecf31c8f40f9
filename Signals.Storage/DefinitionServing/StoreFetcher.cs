using Signals.Core.Columns;
using Signals.Core.Serving;
using Signals.Core.Serving.Rows;
using Signals.Storage.Engine.Reading;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Reads;

namespace Signals.Storage.DefinitionServing;

/// <summary>Fetches rows for serving from the store, with one prepared query whose limits each fetch narrows.</summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: reused; it holds the lease of one answer until the next fetch or release.
/// </remarks>
internal sealed class StoreFetcher : RowFetcher, IFetchedRows
{
    private readonly SequenceReader _reader;
    private readonly SequenceQuery _query;
    private readonly TypeLimits[] _limits;
    private readonly StoredColumn[] _columns;
    private UserId[] _users = new UserId[1];
    private SequenceBatch _lease;
    private SequenceBuffer? _buffer;
    private readonly EpochHold _hold = new();

    public StoreFetcher(SequenceReader reader, SequenceQuery query)
    {
        _reader = reader;
        _query = query;
        _limits = new TypeLimits[query.Types.Length];
        _columns = new StoredColumn[query.Columns.Length];
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i] = new StoredColumn();
        }
    }

    public ReadOnlySpan<UserId> Users => _users.AsSpan(0, Buffer.Statuses.Count);

    public ReadOnlySpan<long> Times => Buffer.Times.Span;

    public ReadOnlySpan<ulong> Ids => Buffer.Ids.Span;

    public ReadOnlySpan<ushort> EventTypes => Buffer.EventTypes.Span;

    public ReadOnlySpan<int> Offsets => Buffer.Ends.Span;

    /// <summary>Whether fetches see exactly the commits up to <see cref="Point"/>.</summary>
    public bool IsExact { get; set; }

    /// <summary>The time from which exact fetches count ages, ms since the epoch.</summary>
    public long NowMs { get; set; }

    /// <summary>Only events before this time are fetched, ms since the epoch.</summary>
    public long ToMs { get; set; } = long.MaxValue;

    /// <summary>The state that the last exact fetch saw.</summary>
    public PastPoint Point { get; private set; }

    private SequenceBuffer Buffer => _buffer ?? throw new InvalidOperationException("No rows are fetched; call Fetch first.");

    public IColumnRows Column(int ordinal) => _columns[ordinal];

    public override IFetchedRows Fetch(ReadOnlySpan<UserId> users, ReadOnlySpan<long> fromMs, ReadOnlySpan<int> last)
    {
        Release();
        for (int slot = 0; slot < _limits.Length; slot++)
        {
            _limits[slot] = new TypeLimits(fromMs[slot], ToMs, last[slot]);
        }

        if (_users.Length < users.Length)
        {
            _users = new UserId[users.Length];
        }

        users.CopyTo(_users);
        if (IsExact)
        {
            _lease = _reader.ReadExact(users, _query, _limits, NowMs, out PastPoint point);
            Point = point;
        }
        else if (_query.Early < _query.Columns.Length)
        {
            _lease = _reader.BeginLate(users, _query, _limits, _hold);
        }
        else
        {
            _lease = _reader.ReadMany(users, _query, _limits);
        }

        _buffer = _lease.Buffer;
        for (int i = 0; i < _columns.Length; i++)
        {
            _columns[i].Bind(_buffer.Columns[i]);
        }

        return this;
    }

    public override bool IsKnown(int user) => Buffer.Statuses[user] != SequenceStatus.UnknownUser;

    public override long WatermarkOf(int slot) => Buffer.Watermarks[slot];

    public override void Complete(ReadOnlySpan<int> chosen)
    {
        try
        {
            Buffer.Complete(chosen);
        }
        finally
        {
            _hold.Leave();
        }
    }

    public override void Release()
    {
        _hold.Leave();
        if (_buffer is not null)
        {
            _buffer = null;
            _lease.Dispose();
            _lease = default;
            foreach (StoredColumn column in _columns)
            {
                column.Unbind();
            }
        }
    }
}
