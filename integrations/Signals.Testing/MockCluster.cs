using System.Runtime.InteropServices;

namespace Signals.Testing;

/// <summary>
/// The functions of librdkafka's mock cluster (rdkafka_mock.h), which Confluent.Kafka does not expose. Thread contract: librdkafka's,
/// any thread. Handles are plain pointers; <see cref="TestBroker"/> owns them.
/// </summary>
internal static partial class MockCluster
{
    public const int Producer = 0;

    private const string Library = "librdkafka";

    // Distributions differ in the libraries that librdkafka.so wants, so the package has builds that want fewer.
    private static readonly string[] Builds = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];

    private static readonly Lazy<nint> Native = new(Load);

    static MockCluster() => NativeLibrary.SetDllImportResolver(typeof(MockCluster).Assembly, static (name, _, _) =>
        name == Library ? Native.Value : 0);

    /// <summary>Loads the library.</summary>
    /// <exception cref="DllNotFoundException">No build of it can be loaded here.</exception>
    public static void RequireLibrary() => _ = Native.Value;

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint NewConfiguration();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(nint configuration, string name, string value, Span<byte> error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    public static partial nint NewClient(int type, nint configuration, Span<byte> error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    public static partial void DestroyClient(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    public static partial nint NewCluster(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    public static partial void DestroyCluster(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    public static partial nint BootstrapsOf(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateTopic(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    public static partial int SetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    public static partial int SetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    public static partial int SetRoundTrip(nint cluster, int broker, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    public static partial void PushErrors(nint cluster, short request, nuint count, ReadOnlySpan<int> errors);

    private static nint Load()
    {
        foreach (string build in Builds)
        {
            if (NativeLibrary.TryLoad(build, typeof(Confluent.Kafka.Library).Assembly, searchPath: null, out nint handle)
                || NativeLibrary.TryLoad(build, typeof(MockCluster).Assembly, searchPath: null, out handle))
            {
                return handle;
            }
        }

        throw new DllNotFoundException(
            $"No build of librdkafka can be loaded here (tried {string.Join(", ", Builds)}). It comes with the package librdkafka.redist "
                + "and lies under runtimes/ beside the program.");
    }
}
