using ParquetSharp;
using Signals.Training.Making;

namespace Signals.Parquet.Writing;

/// <summary>
/// A file under construction. It has a temporary name, which readers leave out, until it is complete and durable and the whole export is
/// given its names.
/// </summary>
/// <remarks>Thread contract: one thread. Lifetime: if it is disposed before <see cref="Publish"/>, nothing of it is left.</remarks>
internal sealed class PartFile : IDisposable
{
    private readonly string _temporary;
    private ParquetFileWriter? _writer;
    private bool _isPublished;

    /// <summary>Begins a file.</summary>
    /// <param name="path">The name that it gets when it is complete.</param>
    /// <param name="shape">Schema, settings and metadata.</param>
    public PartFile(string path, FileShape shape)
    {
        Path = path;
        string folder = System.IO.Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        _temporary = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        _writer = Guard("be created", () => new ParquetFileWriter(_temporary, shape.Schema, shape.Properties, shape.Metadata));
    }

    /// <summary>The name that the file gets.</summary>
    public string Path { get; }

    /// <summary>Rows written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes of the file; known when it is complete.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether rows may still be written.</summary>
    public bool IsOpen => _writer is not null;

    /// <summary>Writes a row group.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="write">Writes the leaves, in the order of the schema.</param>
    public void Write(int rows, Action<RowGroupWriter> write)
    {
        Guard("be written", () =>
        {
            using RowGroupWriter group = _writer!.AppendRowGroup();
            write(group);
            group.Close();
            return true;
        });
        Rows += rows;
    }

    /// <summary>Writes the footer and makes the bytes durable. The file keeps its temporary name.</summary>
    public void Complete()
    {
        if (_writer is null)
        {
            return;
        }

        Guard("be completed", () =>
        {
            _writer.Close();
            return true;
        });
        _writer.Dispose();
        _writer = null;
        DurableFiles.SyncFile(_temporary);
        Bytes = new FileInfo(_temporary).Length;
    }

    /// <summary>Gives the file its name.</summary>
    /// <param name="overwrite">Whether a file that has the name is replaced.</param>
    /// <exception cref="FileOperationException">A file has the name, and may not be replaced.</exception>
    public void Publish(bool overwrite)
    {
        try
        {
            File.Move(_temporary, Path, overwrite);
        }
        catch (IOException error) when (!overwrite && System.IO.Path.Exists(Path))
        {
            // The system's words do not say that it came while the export was at work.
            throw new FileOperationException(
                "create", Path, "a file of this name appeared meanwhile; move it away and export again", error);
        }

        _isPublished = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
        if (!_isPublished)
        {
            File.Delete(_temporary);
        }
    }

    private T Guard<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is ParquetException)
        {
            throw new ParquetFileException(Path, $"it cannot {what}: {error.Message}", error);
        }
    }
}
