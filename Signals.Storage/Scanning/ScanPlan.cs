using Signals.Scanning;
using Signals.Storage.Compaction;
using Signals.Storage.Reads;

namespace Signals.Storage.Scanning;

/// <summary>Checked options, with what they mean in a store. Immutable.</summary>
internal sealed record ScanPlan
{
    private ScanPlan(EventTypeSchema type, ColumnSchema[] columns, SequenceQuery query, SequenceQuery keys, ScanOptions options)
    {
        EventType = type;
        Columns = columns;
        Query = query;
        Keys = keys;
        Order = options.Order;
        BatchRows = options.BatchRows;
        BatchBytes = options.BatchBytes;
        FromMs = options.FromMs;
        ToMs = options.ToMs;
        Resume = options.Resume;
        From = options.FromUser ?? default;
        From = Resume is { } token && token.User > From ? token.User : From;
        End = options.ToUser;
        Users = options.Users is null ? null : [.. options.Users.Distinct().Where(Contains).Order()];
    }

    public EventTypeSchema EventType { get; }

    public ColumnSchema[] Columns { get; }

    /// <summary>The columns of the scan, newest first. Its limits of time are not used.</summary>
    public SequenceQuery Query { get; }

    /// <summary>The same without columns.</summary>
    public SequenceQuery Keys { get; }

    public SequenceOrder Order { get; }

    public int BatchRows { get; }

    public long BatchBytes { get; }

    public long FromMs { get; }

    public long ToMs { get; }

    /// <summary>Where to go on; null at the beginning.</summary>
    public ScanToken? Resume { get; private init; }

    /// <summary>The first user that may be given.</summary>
    public UserId From { get; private init; }

    /// <summary>The user after the last one; null for none.</summary>
    public UserId? End { get; private init; }

    /// <summary>The users that are given, ascending, each once; null for all.</summary>
    public UserId[]? Users { get; private init; }

    /// <summary>Checks options against a schema.</summary>
    /// <exception cref="ArgumentException">The schema lacks something, or the options contradict each other.</exception>
    public static ScanPlan Create(StoreSchema schema, string eventType, ScanOptions? options)
    {
        ArgumentNullException.ThrowIfNull(eventType);
        options ??= new ScanOptions();
        EventTypeSchema type = schema[eventType];
        options.Validate(type);
        SequenceQueryBuilder builder = new(schema, [type.Name]);
        SequenceQuery query = (options.Columns is { } names ? builder.Columns([.. names]) : builder).Build();
        SequenceQuery keys = new SequenceQueryBuilder(schema, [type.Name]).Columns().Build();
        return new ScanPlan(type, [.. query.ColumnNames.Select(name => type.Columns[type.IndexOf(name)])], query, keys, options);
    }

    /// <summary>The part of the scan with the users from one on, before another. Only the first part goes on from the token.</summary>
    public ScanPlan Part(UserId from, UserId? end)
    {
        ScanPlan part = this with { From = from, End = end, Resume = from == From ? Resume : null };
        return part with { Users = Users is null ? null : Array.FindAll(Users, part.Contains) };
    }

    /// <summary>Which rows count, but for erasures.</summary>
    public TimeBounds BoundsOf(PinnedView view)
    {
        long from = Math.Max(FromMs, Retention.OldestKept(EventType, view.NowMs));
        return new TimeBounds(from, ToMs, EventType.KeepLast, int.MaxValue);
    }

    /// <summary>Begins to go through the users.</summary>
    public IUserWalk WalkOver(PinnedView view, in TimeBounds bounds) => Users is null
        ? new UserMerge(view, Query.Types[0], From, End, bounds)
        : new UserList(view, Query.Types[0], Users, bounds);

    private bool Contains(UserId user) => user >= From && (End is not { } end || user < end);
}
