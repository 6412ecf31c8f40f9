using System.Text.Json;
using Signals.Arrow.Training;
using Signals.Training;

namespace Signals.Arrow;

/// <summary>
/// A training set as Arrow files in a folder: for each definition a folder of its own with a file for each part, and a report.
/// </summary>
/// <remarks>
/// Thread contract: as <see cref="ITrainingSink"/> says. The folder must be new or empty. Everything is written beside it first, into a
/// folder of the same name with <c>.part</c> behind it, and gets its name when the set is whole; a sink that is disposed before that
/// deletes what it wrote. Invariant: the first file in that folder says whose it is, and a sink deletes or renames no folder that says
/// another. The files are synced and the folders are not, so a power cut may leave a set that lacks files.
/// </remarks>
public sealed class ArrowTrainingSink : ITrainingSink
{
    /// <summary>The file of the report in the folder of a training set.</summary>
    public const string ReportFile = "report.json";

    private const string OwnerFile = "OWNER";

    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly string _folder;
    private readonly string _work;
    private readonly ArrowTrainingOptions _options;
    private bool _isComplete;

    private ArrowTrainingSink(string folder, ArrowTrainingOptions options)
    {
        _folder = folder;
        _work = folder + ".part";
        _options = options;
    }

    /// <summary>Prepares a training set in a folder.</summary>
    /// <param name="folder">The folder. It must not exist yet, or be empty; its parent must exist.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <exception cref="IOException">
    /// The folder holds something, or what an unfinished set left is beside it; the message says which path to delete.
    /// </exception>
    public static ArrowTrainingSink Create(string folder, ArrowTrainingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArrowTrainingSink sink = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), options ?? new ArrowTrainingOptions());
        sink._options.Validate();
        if (Path.Exists(sink._work))
        {
            throw new IOException(
                $"'{sink._work}' exists: another process makes the training set, or one ended before it was whole; "
                + "delete it in that case.");
        }

        if (File.Exists(sink._folder) || (Directory.Exists(sink._folder) && Directory.EnumerateFileSystemEntries(sink._folder).Any()))
        {
            throw new IOException($"'{sink._folder}' is not empty; name a new folder for the training set.");
        }

        Directory.CreateDirectory(sink._work);
        sink.TakeOwnership();
        return sink;
    }

    /// <inheritdoc/>
    public ITrainingPart OpenPart(int number) => new ArrowPart(_work, number, _options);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder is not this sink's any more, or the set's folder is not empty.</exception>
    public void Complete(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!IsOurs())
        {
            throw new IOException($"'{_work}' was deleted or belongs to another training set now; make the set again.");
        }

        WriteReport(report, Path.Combine(_work, ReportFile));
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder); // it is empty, or this throws
        }

        Directory.Move(_work, _folder);
        _isComplete = true;
        File.Delete(Path.Combine(_folder, OwnerFile));
    }

    /// <summary>Deletes what was written, unless the set is whole. A second call does nothing.</summary>
    public void Dispose()
    {
        if (!_isComplete && IsOurs())
        {
            Directory.Delete(_work, recursive: true);
        }

        _isComplete = true;
    }

    /// <summary>Of several that come at once, one creates the file; the folder stays as it is for the others.</summary>
    private void TakeOwnership()
    {
        string path = Path.Combine(_work, OwnerFile);
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.CreateNew);
        }
        catch (IOException refusal) when (File.Exists(path))
        {
            // The file itself only says that it exists.
            throw new IOException($"Another process makes the training set in '{_work}'; name another folder.", refusal);
        }

        using (file)
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(_owner));
        }
    }

    private bool IsOurs()
    {
        string path = Path.Combine(_work, OwnerFile);
        return File.Exists(path) && File.ReadAllText(path) == _owner;
    }

    private static void WriteReport(TrainingReport report, string path)
    {
        using FileStream file = new(path, FileMode.CreateNew);
        using Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        report.WriteTo(json);
        json.WriteEndObject();
        json.Flush();
        file.Flush(flushToDisk: true);
    }
}
