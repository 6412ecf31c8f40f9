using System.Runtime.CompilerServices;
using Signals.Orleans.Partitions;
using Signals.Serving;

namespace Signals.Orleans.Replicas;

/// <summary>An open store that follows its partition, and what is known about how late it is.</summary>
/// <remarks>
/// Thread contract: any thread. Invariant: an answer's position and lag are taken before the store is read, so the answer holds at
/// least what they claim. Lifetime: made and closed by <see cref="PartitionReplica"/>; a read after that fails and is no answer.
/// </remarks>
internal sealed class OpenReplica(int partition, SignalStore store, IPartitionFeed feed, LagClock clock)
{
    private readonly ConditionalWeakTable<ClusterQuery, CompiledQuery> _queries = [];
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _damaged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CorruptionException? _damage;
    private CompiledQuery? _lastQuery; // Most programs have one query, and looking it up costs a part of the read.

    public SignalStore Store => store;

    public IPartitionFeed Feed { get; } = feed;

    /// <summary>The position when the store was opened.</summary>
    public long OpenedAt { get; } = feed.Position;

    public LagClock Clock => clock;

    /// <summary>Fails when a read found that the store or its disk fails; it never ends otherwise.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Whether an error of a read is one of this replica, and another one, with files of its own, may answer.</summary>
    public static bool IsOwnFailure(Exception error) =>
        error is ObjectDisposedException or CorruptionException or FileOperationException or StorePoisonedException;

    /// <summary>The damage that a read or a verification found last; null without any. It stays until the store is closed.</summary>
    public CorruptionException? Damage => Volatile.Read(ref _damage);

    /// <summary>Ends when <see cref="Damage"/> is set for the first time.</summary>
    public Task Damaged => _damaged.Task;

    /// <summary>
    /// A read or a verification failed with <see cref="IsOwnFailure"/>. A store that was only closed meanwhile has not failed. Nor has one
    /// of which a block is damaged: opening it again does not mend the block, and everything else in it can be read.
    /// </summary>
    public void Fail(Exception error)
    {
        if (error is CorruptionException damage)
        {
            Volatile.Write(ref _damage, damage);
            _damaged.TrySetResult();
        }
        else if (error is not ObjectDisposedException)
        {
            _failed.TrySetException(error);
        }
    }

    public LagReading ReadLag() => clock.Read(Feed.Position);

    /// <summary>What an answer that is read from now on holds at least.</summary>
    public ReadPromise Promise(ReplicaRole role, bool isLocal)
    {
        long position = Feed.Position;
        return new ReadPromise(partition, position, role, clock.Prove(position), isLocal);
    }

    public ServedSequence Read(UserId user, string definition, in ClusterReadOptions options) =>
        options.Deadline is null && options.AsOf is null
            ? store.Read(user, definition)
            : store.Read(user, definition, new ReadOptions { Deadline = options.Deadline, AsOf = options.AsOf });

    /// <summary>Reads by definition; when this replica failed, it notes that and gives nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // It catches, which is dear for a method in which an answer is made.
    public ServedSequence ReadOrFail(UserId user, string definition, in ClusterReadOptions options)
    {
        try
        {
            return Read(user, definition, options);
        }
        catch (Exception error) when (IsOwnFailure(error))
        {
            Fail(error);
            return default;
        }
    }

    /// <summary>Reads by query; when this replica failed, it notes that and gives nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Sequence ReadOrFail(UserId user, CompiledQuery compiled)
    {
        try
        {
            return store.Read(user, compiled.Query);
        }
        catch (Exception error) when (IsOwnFailure(error))
        {
            Fail(error);
            return default;
        }
    }

    /// <summary>The query as this store answers it.</summary>
    /// <exception cref="ArgumentException">The store's schema lacks a type or column of the query.</exception>
    public CompiledQuery Compiled(ClusterQuery query)
    {
        CompiledQuery? compiled = Volatile.Read(ref _lastQuery);
        return compiled is not null && ReferenceEquals(compiled.Source, query) ? compiled : Prepare(query);
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // Seldom, and long.
    private CompiledQuery Prepare(ClusterQuery query)
    {
        // Looked for first, because the delegate below is made at each call.
        CompiledQuery compiled = _queries.TryGetValue(query, out CompiledQuery? known)
            ? known
            : _queries.GetValue(query, key => CompiledQuery.Prepare(store, key));
        Volatile.Write(ref _lastQuery, compiled);
        return compiled;
    }
}
