using Signals.Scanning;
using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.Scanning;

/// <summary>Random options of a scan, which a scan and reads are asked with. Immutable.</summary>
internal sealed record ScanQuestion(EventTypeSchema Type, ScanOptions Options)
{
    /// <summary>Options about a state of now.</summary>
    public static ScanQuestion Random(ref SimRandom random, EventTypeSchema type, IReadOnlyList<UserId> users, long nowMs)
    {
        SimRandom pick = new(random.Next());
        string[]? columns = random.Coin() ? null : [.. type.Columns.Select(column => column.Name).Where(_ => pick.Coin()).Reverse()];
        long from = random.Below(4) == 0 ? nowMs - (random.Below(200) * 60_000L) : long.MinValue;
        long to = random.Below(4) == 0 ? Math.Max(from, nowMs - (random.Below(120) * 60_000L)) : long.MaxValue;
        return new ScanQuestion(type, new ScanOptions
        {
            Columns = columns,
            From = from == long.MinValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(from),
            To = to == long.MaxValue ? null : DateTimeOffset.FromUnixTimeMilliseconds(to),
            Users = random.Below(4) == 0 ? [.. users.Where(_ => pick.Coin()).Reverse().Append(users[0])] : null,
            FromUser = random.Below(4) == 0 ? users[random.Below(users.Count)] : null,
            ToUser = random.Below(4) == 0 ? users[random.Below(users.Count)] : null,
            Order = random.Coin() ? SequenceOrder.NewestFirst : SequenceOrder.OldestFirst,
            BatchRows = random.Below(3) switch { 0 => 1 + random.Below(3), 1 => 1 + random.Below(40), _ => 8_192 },
            BatchBytes = random.Below(3) == 0 ? 1 + random.Below(2_000) : 64 << 20,
        });
    }

    /// <summary>What reads answer.</summary>
    public List<string> Expected(StoreSchema schema, IEnumerable<UserId> users, Func<UserId, SequenceQuery, Sequence> read)
    {
        SequenceQueryBuilder builder = new SequenceQueryBuilder(schema, [Type.Name]).Between(Options.FromMs, Options.ToMs);
        builder = Options.Order == SequenceOrder.OldestFirst ? builder.OldestFirst() : builder;
        SequenceQuery query = (Options.Columns is { } columns ? builder.Columns([.. columns]) : builder).Build();
        List<string> lines = [];
        foreach (UserId user in users.Order().Where(IsWanted))
        {
            using Sequence answer = read(user, query);
            ScanText.Add(Type, user, answer, lines);
        }

        return lines;
    }

    /// <summary>The same question that begins behind a token.</summary>
    public ScanOptions After(ScanToken token) => new()
    {
        Columns = Options.Columns,
        From = Options.From,
        To = Options.To,
        Users = Options.Users,
        FromUser = Options.FromUser,
        ToUser = Options.ToUser,
        Order = Options.Order,
        BatchRows = Options.BatchRows,
        BatchBytes = Options.BatchBytes,
        Resume = token,
    };

    public override string ToString() =>
        $"scan of {Type.Name}, columns [{(Options.Columns is null ? "*" : string.Join(',', Options.Columns))}], "
        + $"{Options.From?.ToUnixTimeMilliseconds()} to {Options.To?.ToUnixTimeMilliseconds()}, "
        + $"users [{(Options.Users is null ? "*" : string.Join(',', Options.Users))}] {Options.FromUser} to {Options.ToUser}, "
        + $"{Options.Order}, batches of {Options.BatchRows} rows, {Options.BatchBytes} bytes";

    private bool IsWanted(UserId user) => Options.Users?.Contains(user) != false
        && !(Options.FromUser is { } from && user < from) && !(Options.ToUser is { } to && user >= to);
}
