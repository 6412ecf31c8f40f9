using BenchmarkDotNet.Attributes;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Wal;

namespace Signals.Bench.Micro;

/// <summary>Writes a frame of 10 KiB, about 256 small events, to the log without a sync.</summary>
public class LogBenchmarks
{
    private const long LogBytes = 64 << 20;

    private readonly IFileSystem _files = FileSystems.ForThisMachine();
    private readonly byte[] _payload = new byte[10 << 10];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"signals-bench-{Guid.NewGuid():N}");
    private LogWriter _log = null!;
    private ulong _number;
    private StreamPosition _position;

    [GlobalSetup]
    public void Open()
    {
        Directory.CreateDirectory(_folder);
        _log = New();
    }

    [GlobalCleanup]
    public void Close()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public void AppendFrame()
    {
        if (!_log.HasRoom(_payload.Length))
        {
            _log.Dispose();
            _log = New();
        }

        _log.Append(_payload, _position += _payload.Length);
    }

    private LogWriter New()
    {
        string path = Path.Combine(_folder, $"{++_number}.log");
        LogWriter log = LogWriter.Create(_files, path, _number, firstSequence: 1, LogBytes);
        if (_number > 1)
        {
            _files.Delete(Path.Combine(_folder, $"{_number - 1}.log"));
        }

        return log;
    }
}
