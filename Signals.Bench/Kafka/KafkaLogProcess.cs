using System.Diagnostics;
using System.Globalization;
using Signals.Bench.Workloads;

namespace Signals.Bench.Kafka;

/// <summary>The broker's process, as this one sees it. One thread. Lifetime: dispose ends the process.</summary>
internal sealed class KafkaLogProcess : IDisposable
{
    private readonly Process _process;

    public KafkaLogProcess(WorkloadKind kind, int events, IEnumerable<int> perRecord)
    {
        ProcessStartInfo start = new(
            Path.Combine(AppContext.BaseDirectory, "Signals.Bench"),
            [
                "kafka-log", "--workload", kind.ToString().ToLowerInvariant(),
                "--events", events.ToString(CultureInfo.InvariantCulture), "--per-record", string.Join(',', perRecord),
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process = Process.Start(start)!;
        string? port = _process.StandardOutput.ReadLine();
        BootstrapServers = port is not null
            ? $"127.0.0.1:{port}"
            : throw new InvalidOperationException("The process of the log ended before it listened.");
    }

    public string BootstrapServers { get; }

    /// <summary>The processor time that it has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
