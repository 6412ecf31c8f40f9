using System.Diagnostics;
using System.Runtime.CompilerServices;
using Signals.Core.Model;

namespace Signals.Storage.Engine.Ingest;

/// <summary>The callers that wait until a stream position is acknowledged. Waiting allocates nothing in steady state.</summary>
/// <remarks>
/// Thread contract: any thread waits; the ingest thread advances. The ingest thread stores the position before it reads the list under
/// the lock, and a waiter reads the position under the same lock before it joins the list, so no wake-up is lost. Invariant: the count
/// of waiters is the length of the list whenever the lock is free. Lifetime: that of the store.
/// </remarks>
internal sealed class AckQueue(Durability durability)
{
    private readonly Lock _lock = new();
    private readonly List<AckWaiter> _waiting = []; // guarded by _lock
    private readonly Stack<AckWaiter> _free = new(); // guarded by _lock
    private Exception? _failure; // guarded by _lock
    private long _acknowledged; // a stream position
    private int _waitingCount;

    /// <summary>Everything up to this stream position is acknowledged and visible to reads.</summary>
    public StreamPosition Acknowledged => new(Volatile.Read(ref _acknowledged));

    /// <summary>Sets the position that a recovered store continues at. Called before anybody waits.</summary>
    public void Start(StreamPosition position) => Volatile.Write(ref _acknowledged, position.Value);

    /// <summary>Waits until everything up to a stream position is acknowledged.</summary>
    /// <exception cref="StorePoisonedException">The store has failed.</exception>
    /// <exception cref="ObjectDisposedException">The store was closed.</exception>
    [MethodImpl(Compile.InFull)]
    public ValueTask<AppendAck> WaitAsync(StreamPosition position)
    {
        if (Acknowledged >= position)
        {
            return ValueTask.FromResult(new AppendAck(durability, position.Value));
        }

        lock (_lock)
        {
            if (_failure is not null)
            {
                return ValueTask.FromException<AppendAck>(Refusal(_failure));
            }

            // The count is raised before the position is read again: either this thread sees the advance, or the
            // ingest thread sees the count.
            Interlocked.Increment(ref _waitingCount);
            if (Acknowledged >= position)
            {
                Interlocked.Decrement(ref _waitingCount);
                return ValueTask.FromResult(new AppendAck(durability, position.Value));
            }

            AckWaiter waiter = _free.TryPop(out AckWaiter? free) ? free : new AckWaiter(this);
            waiter.Arm(position);
            _waiting.Add(waiter);
            AssertInvariants();
            return waiter.Task;
        }
    }

    /// <summary>Acknowledges everything up to a position, and completes the appends that waited for it.</summary>
    [MethodImpl(Compile.InFull)]
    public void Advance(StreamPosition position)
    {
        Interlocked.Exchange(ref _acknowledged, position.Value);
        if (Volatile.Read(ref _waitingCount) == 0)
        {
            return;
        }

        lock (_lock)
        {
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                AckWaiter waiter = _waiting[i];
                if (waiter.Target <= position)
                {
                    RemoveLocked(i);
                    waiter.Complete(new AppendAck(durability, waiter.Target.Value));
                }
            }
        }
    }

    /// <summary>Fails every append that waits, and every one that will wait later. The first error counts.</summary>
    public void Fail(Exception error)
    {
        lock (_lock)
        {
            _failure ??= error;
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                AckWaiter waiter = _waiting[i];
                RemoveLocked(i);
                waiter.Fail(Refusal(error));
            }
        }
    }

    /// <summary>Takes back a waiter whose result was read.</summary>
    internal void Return(AckWaiter waiter)
    {
        lock (_lock)
        {
            _free.Push(waiter);
        }
    }

    /// <summary>The error for a waiter. Closing is not a failure of the store, so it is reported as closing.</summary>
    private static Exception Refusal(Exception error) => error is ObjectDisposedException ? error : new StorePoisonedException(error);

    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The lock is not held.");
        Debug.Assert(Volatile.Read(ref _waitingCount) == _waiting.Count, "The count is not the length of the list.");
    }

    private void RemoveLocked(int index)
    {
        _waiting[index] = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        Interlocked.Decrement(ref _waitingCount);
        AssertInvariants();
    }
}
