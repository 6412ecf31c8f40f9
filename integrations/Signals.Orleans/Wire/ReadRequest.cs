namespace Signals.Orleans.Wire;

/// <summary>
/// One read, as it crosses machines: of a definition or by query, of one user or, into tensors, of several users of one partition.
/// Immutable.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("signals.read")]
internal sealed record ReadRequest
{
    [Id(0)]
    public required int Partition { get; init; }

    /// <summary>The users: the two halves of each id, the more significant one first.</summary>
    [Id(1)]
    public required ulong[] Users { get; init; }

    /// <summary>The definition's name; null for a read by query.</summary>
    [Id(2)]
    public string? Definition { get; init; }

    [Id(3)]
    public ClusterQuery? Query { get; init; }

    /// <summary>The tensors that are asked for; null for rows.</summary>
    [Id(4)]
    public TensorShape[]? Tensors { get; init; }

    [Id(5)]
    public TimeSpan? Deadline { get; init; }

    [Id(6)]
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>The answer must hold everything below this offset.</summary>
    [Id(7)]
    public long? AtLeast { get; init; }

    /// <summary>The largest lag of the answer where it is made.</summary>
    [Id(8)]
    public TimeSpan? MaxLag { get; init; }

    /// <summary>How long the replica may wait until it is at <see cref="AtLeast"/>.</summary>
    [Id(9)]
    public TimeSpan Wait { get; init; }

    public ClusterReadOptions Options => new()
    {
        Deadline = Deadline,
        AsOf = AsOf,
        AtLeast = AtLeast is long offset ? new LogPosition(Partition, offset) : null,
        MaxLag = MaxLag,
    };

    public UserId UserAt(int index) => new(Users[2 * index], Users[(2 * index) + 1]);

    public static ulong[] Flatten(ReadOnlySpan<UserId> users)
    {
        ulong[] halves = new ulong[2 * users.Length];
        for (int i = 0; i < users.Length; i++)
        {
            (halves[2 * i], halves[(2 * i) + 1]) = (users[i].High, users[i].Low);
        }

        return halves;
    }
}
