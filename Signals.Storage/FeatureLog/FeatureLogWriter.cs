using Signals.Core.Model;
using Signals.Definitions;
using Signals.Storage.FeatureLog;
using Signals.Storage.FileSystem;
using Signals.Storage.Wal;

namespace Signals.Serving;

/// <summary>
/// Logs served sequences in full, with all their columns, to a growing file. Use it if you would rather keep the features than
/// rebuild them from receipts (<c>docs/formats/feature-log.md</c>).
/// </summary>
/// <remarks>
/// Thread contract: any thread, under a lock. Sequences are collected into blocks of one definition each. What
/// <see cref="Flush"/> has not written yet is lost with the process; what <see cref="Sync"/> has not synced yet may be lost in a
/// power cut. After a disk error every later call throws. There may be only one writer per file. Lifetime: dispose it; dispose
/// flushes.
/// </remarks>
public sealed class FeatureLogWriter : IDisposable
{
    private const int BlockBytes = 1 << 20;
    private const int MostDefinitions = 256;

    private readonly Lock _lock = new();
    private readonly LogWriter _log; // guarded by _lock, as all below
    private readonly Dictionary<SequenceDefinition, BlockBuilder> _blocks = new(ReferenceEqualityComparer.Instance);
    private int _definitions;
    private bool _disposed;

    private FeatureLogWriter(LogWriter log, int definitions)
    {
        _log = log;
        _definitions = definitions;
    }

    /// <summary>Opens a feature log to append to it, or creates one. A tail that a crash tore is cut off.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <exception cref="CorruptionException">The file is damaged before its end, or is not a feature log.</exception>
    public static FeatureLogWriter Open(string path)
    {
        return Open(FileSystems.ForThisMachine(), FileSystems.Absolute(path));
    }

    /// <summary>Adds an answer with all its columns.</summary>
    /// <param name="sequence">An answer that is not disposed. The writer keeps no reference to it.</param>
    /// <exception cref="ArgumentException">The sequence has more than 24 MiB of values.</exception>
    /// <exception cref="FileOperationException">The disk refused a write.</exception>
    /// <exception cref="ObjectDisposedException">The writer or the answer was disposed.</exception>
    public void Append(ServedSequence sequence)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            BlockBuilder block = BlockLocked(sequence);
            long bytes = block.BytesOf(sequence);
            if (bytes > FeatureLogFormat.MaxBlockBytes)
            {
                throw new ArgumentException(
                    $"The sequence has {sequence.Count} rows and {bytes} bytes; a feature log takes at most "
                    + $"{FeatureLogFormat.MaxBlockBytes} bytes for one sequence.",
                    nameof(sequence));
            }

            if (!block.IsEmpty && block.DecodedBytes + bytes > FeatureLogFormat.MaxBlockBytes)
            {
                WriteLocked(block);
            }

            block.Add(sequence);
            if (block.Bytes >= BlockBytes)
            {
                WriteLocked(block);
            }
        }
    }

    /// <summary>Writes what was collected. From then on it survives the death of the process.</summary>
    /// <exception cref="FileOperationException">The disk refused a write.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            FlushLocked();
        }
    }

    /// <summary>Flushes, and makes everything durable, so that it survives a power cut.</summary>
    /// <exception cref="FileOperationException">The disk refused a write.</exception>
    public void Sync()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            FlushLocked();
            _log.Sync();
        }
    }

    /// <summary>Flushes and closes the file. A second call does nothing.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            try
            {
                FlushLocked();
            }
            finally
            {
                _log.Dispose();
            }
        }
    }

    internal static FeatureLogWriter Open(IFileSystem files, string path)
    {
        if (!files.FileExists(path))
        {
            return new FeatureLogWriter(LogWriter.Create(files, path, FeatureLogFormat.LogNumber, firstSequence: 1, fixedSize: 0), 0);
        }

        int definitions = 0;
        LogReplay replay = LogReader.Replay(files, path, FeatureLogFormat.LogNumber, 1, isLast: true, (payload, _) =>
            definitions += payload[FeatureLogFormat.KindOffset] == FeatureLogFormat.DefinitionKind ? 1 : 0);
        return new FeatureLogWriter(LogWriter.Resume(files, path, replay), definitions);
    }

    private BlockBuilder BlockLocked(in ServedSequence sequence)
    {
        SequenceDefinition definition = sequence.Definition;
        if (_blocks.TryGetValue(definition, out BlockBuilder? block))
        {
            return block;
        }

        if (_blocks.Count == MostDefinitions)
        {
            FlushLocked();
            _blocks.Clear();
        }

        string[] names = [.. definition.Columns.Select(column => column.Name)];
        ServedSequence answer = sequence;
        LoggedDefinition logged = new(
            definition.Name, answer.DefinitionHash, names, [.. names.Select(name => answer.Column(name).Type)]);
        _log.Append(logged.Write(), StreamPosition.Start);
        _blocks.Add(definition, block = new BlockBuilder(_definitions++, logged));
        return block;
    }

    private void FlushLocked()
    {
        foreach (BlockBuilder block in _blocks.Values.Where(block => !block.IsEmpty))
        {
            WriteLocked(block);
        }
    }

    private void WriteLocked(BlockBuilder block) => _log.Append(block.Take(), StreamPosition.Start);
}
