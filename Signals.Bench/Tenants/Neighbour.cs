using System.Diagnostics;
using Signals.Definitions;
using Signals.Serving;

namespace Signals.Bench.Tenants;

/// <summary>One bad neighbour on its own thread, from construction until it is disposed.</summary>
internal sealed class Neighbour : IDisposable
{
    private const string Name = "neighbour";
    private const double TimeShare = 0.1;
    private static readonly TimeSpan Deadline = TimeSpan.FromMilliseconds(2);

    private readonly SignalStore _store;
    private readonly NeighbourKind _kind;
    private readonly int _users;
    private readonly Thread? _thread;
    private volatile bool _ends;

    public Neighbour(SignalStore store, NeighbourKind kind, int users)
    {
        _store = store;
        _kind = kind;
        _users = users;
        if (kind == NeighbourKind.Nothing)
        {
            return;
        }

        Register();
        _thread = new Thread(kind == NeighbourKind.Busy ? Compute : Read) { IsBackground = true, Name = Name };
        _thread.Start();
    }

    /// <summary>The number of reads that were admitted.</summary>
    public long Admitted => _store.Tenants.TryGet(Name, out Tenant? tenant) ? tenant.Stats().Admitted : 0;

    /// <summary>The number of calls that were refused.</summary>
    public long Refused { get; private set; }

    public void Dispose()
    {
        _ends = true;
        _thread?.Join();
        _store.Tenants.Remove(Name);
    }

    private void Register()
    {
        SequenceDefinitionBuilder definition = SequenceDefinition.Create(Name).OwnedBy(Name).Deadline(Deadline)
            .From("view", v => v.Last(200)).From("click", v => v.Last(200)).Size(256).Columns("item", "dwell", "category");
        definition = _kind switch
        {
            NeighbourKind.Throws => definition.Where(Predicate.Host<float>("dwell", _ => throw new InvalidOperationException("Always."))),
            NeighbourKind.Loops => definition.Where(Predicate.Host<float>("dwell", Spin)),
            _ => definition,
        };
        _store.Definitions.Remove(Name);
        _store.Definitions.Register(definition.Build());
        _store.Tenants.Register(Name, _kind switch
        {
            NeighbourKind.Loops => new TenantOptions { MaxConcurrency = 1, MicrosecondsPerSecond = TimeShare * 1e6, BurstSeconds = 0.01 },
            NeighbourKind.Floods => new TenantOptions { ReadsPerSecond = 200, MaxConcurrency = 2 },
            _ => new TenantOptions(),
        });
    }

    /// <summary>A condition that takes ten microseconds per row, so that a read would take milliseconds.</summary>
    private static bool Spin(float value)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMicroseconds(10))
        {
        }

        return value < 0;
    }

    /// <summary>
    /// Reads again and again, whether it is refused or not. The neighbour that loops calls as often as it is allowed to.
    /// </summary>
    private void Read()
    {
        Random random = new(5);
        while (!_ends)
        {
            try
            {
                _store.Read(UserId.From((ulong)random.Next(_users) + 1), Name).Dispose();
            }
            catch (TenantRefusedException refused)
            {
                Refused++;
                if (_kind == NeighbourKind.Loops)
                {
                    Rest(refused.RetryAfter);
                }
            }
        }
    }

    private void Compute()
    {
        while (!_ends)
        {
            Spin(0);
        }
    }

    private void Rest(TimeSpan span)
    {
        TimeSpan some = span > TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20) : span;
        SpinWait.SpinUntil(() => _ends, some);
    }
}
