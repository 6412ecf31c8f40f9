using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;

namespace Signals.Testing;

/// <summary>
/// A Kafka cluster inside this process, for tests: the mock cluster of librdkafka. It listens on the local machine, so other processes
/// can join by <see cref="BootstrapServers"/>.
/// </summary>
/// <remarks>
/// Thread contract: any thread. Limits: a partition holds at most 5 MiB and 100,000 batches and then drops the oldest ones; there are no
/// topic ids; offsets cannot be found by time; the admin client does not work, so create topics with <see cref="CreateTopic"/>.
/// Lifetime: records are in memory and gone when it is disposed.
/// </remarks>
public sealed class TestBroker : IDisposable
{
    private const int ErrorBytes = 512;

    private readonly Lock _lock = new();
    private readonly int _brokers;
    private readonly List<BrokerConnections> _silent = []; // Under the lock, as what follows.
    private nint _client;
    private nint _cluster;

    private TestBroker(nint client, nint cluster, int brokers)
    {
        (_client, _cluster, _brokers) = (client, cluster, brokers);
        BootstrapServers = Marshal.PtrToStringUTF8(MockCluster.BootstrapsOf(cluster))!;
    }

    /// <summary>The addresses for <c>bootstrap.servers</c>.</summary>
    public string BootstrapServers { get; }

    /// <summary>Whether the native library can be loaded here. A test without it should say that it is skipped, and why.</summary>
    /// <param name="reason">Why not; empty when it can.</param>
    public static bool IsAvailable(out string reason)
    {
        try
        {
            MockCluster.RequireLibrary();

            // Loading returns false also when another thread has just done it.
            reason = Library.IsLoaded || Library.Load() || Library.IsLoaded ? "" : "Confluent.Kafka did not load its native library.";
        }
        catch (Exception error) when (error is DllNotFoundException or InvalidOperationException or BadImageFormatException)
        {
            reason = error.Message;
        }

        return reason.Length == 0;
    }

    /// <summary>Starts a cluster without topics.</summary>
    /// <param name="brokers">How many brokers it has, 1 to 32. Their numbers begin with 1.</param>
    /// <exception cref="DllNotFoundException">The native library cannot be loaded here.</exception>
    /// <exception cref="InvalidOperationException">The cluster did not start.</exception>
    public static TestBroker Start(int brokers = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(brokers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(brokers, 32);
        MockCluster.RequireLibrary();
        byte[] error = new byte[ErrorBytes];
        nint configuration = MockCluster.NewConfiguration();

        // The client that owns the cluster connects to nothing, and would say so on the console.
        int set = MockCluster.Set(configuration, "log_level", "3", error, ErrorBytes);
        nint client = set == 0 ? MockCluster.NewClient(MockCluster.Producer, configuration, error, ErrorBytes) : 0;
        nint cluster = client != 0 ? MockCluster.NewCluster(client, brokers) : 0;
        if (cluster != 0)
        {
            return new TestBroker(client, cluster, brokers);
        }

        if (client != 0)
        {
            MockCluster.DestroyClient(client);
        }

        throw new InvalidOperationException($"The test broker did not start: {Encoding.UTF8.GetString(error).TrimEnd('\0')}");
    }

    /// <summary>Creates a topic.</summary>
    /// <param name="name">The topic's name.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <exception cref="InvalidOperationException">The topic exists.</exception>
    public void CreateTopic(string name, int partitions = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        Require(cluster => MockCluster.CreateTopic(cluster, name, partitions, replicas: 1), $"create topic '{name}'");
    }

    /// <summary>
    /// Takes all brokers down: connections break, and new ones are refused. Records are kept. On other systems than Linux, clients do not
    /// notice it whose connections a process has inherited that this one has started meanwhile.
    /// </summary>
    public void TakeDown()
    {
        using BrokerConnections connections = BrokerConnections.Hold(BootstrapServers);
        OfEach(MockCluster.SetDown, "take the broker down");
        connections.Break();
    }

    /// <summary>
    /// Takes all brokers down without a word, as when their machine loses its power: connections stay open, and nobody answers on them any
    /// more, also when the brokers are up again. New ones are refused. On Linux only; elsewhere it is <see cref="TakeDown"/>.
    /// </summary>
    internal void FallSilent()
    {
        BrokerConnections connections = BrokerConnections.Hold(BootstrapServers);
        lock (_lock)
        {
            _silent.Add(connections);
        }

        OfEach(MockCluster.SetDown, "let the broker fall silent");
    }

    /// <summary>Brings all brokers up again, on the same addresses.</summary>
    public void BringUp() => OfEach(MockCluster.SetUp, "bring the broker up");

    /// <summary>Delays every answer of every broker.</summary>
    /// <param name="roundTrip">The delay, in whole milliseconds; zero for none.</param>
    public void SetRoundTrip(TimeSpan roundTrip) => OfEach(
        (cluster, broker) => MockCluster.SetRoundTrip(cluster, broker, (int)roundTrip.TotalMilliseconds), "set the round trip");

    /// <summary>Lets the next requests of a kind fail, one for each error given.</summary>
    /// <param name="request">The kind of request.</param>
    /// <param name="errors">The errors of the next requests, in order.</param>
    public void FailNext(BrokerRequest request, params ReadOnlySpan<ErrorCode> errors)
    {
        int[] codes = new int[errors.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (int)errors[i];
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            MockCluster.PushErrors(_cluster, (short)request, (nuint)codes.Length, codes);
        }
    }

    /// <summary>Stops the cluster. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_cluster == 0)
            {
                return;
            }

            using BrokerConnections connections = BrokerConnections.Hold(BootstrapServers);
            MockCluster.DestroyCluster(_cluster);
            MockCluster.DestroyClient(_client);
            (_cluster, _client) = (0, 0);
            connections.Break();
            _silent.ForEach(static silent => silent.Dispose());
        }
    }

    private void OfEach(Func<nint, int, int> change, string verb)
    {
        for (int broker = 1; broker <= _brokers; broker++)
        {
            int number = broker;
            Require(cluster => change(cluster, number), verb);
        }
    }

    private void Require(Func<nint, int> change, string verb)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_cluster == 0, this);
            int code = change(_cluster);
            if (code != 0)
            {
                throw new InvalidOperationException($"The test broker could not {verb}: {((ErrorCode)code).GetReason()}.");
            }
        }
    }
}
