using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Definitions;
using Signals.Training.Making;

namespace Signals.Training;

/// <summary>
/// The folder of a training set in files, for sinks that write one: it appears when the set is whole, with a folder for each definition
/// and a report.
/// </summary>
/// <remarks>
/// Thread contract: <see cref="PathOf"/> on any thread, all else by the owner of the sink. The folder must be new or empty. Everything is
/// written beside it first, into a folder of the same name with <c>.part</c> behind it, and gets its name when the set is whole. Dispose
/// before that deletes what was written. Invariant: the first file in that folder says whose it is, and nothing is deleted or renamed
/// that says another. The files are the sink's to sync. Their names are made durable before the set gets its own, and that one at last.
/// </remarks>
public sealed class TrainingFolder : IDisposable
{
    /// <summary>The file of the report in the folder of a training set.</summary>
    public const string ReportFile = "report.json";

    private const string OwnerFile = "OWNER";

    private readonly string _owner = Guid.NewGuid().ToString("N");
    private readonly string _folder;
    private readonly string _work;
    private bool _isComplete;

    private TrainingFolder(string folder)
    {
        _folder = folder;
        _work = folder + ".part";
    }

    /// <summary>Prepares the folder of a training set.</summary>
    /// <param name="folder">The folder. It must not exist yet, or be empty; its parent must exist.</param>
    /// <exception cref="IOException">
    /// The folder holds something, or what an unfinished set left is beside it; the message says which path to delete.
    /// </exception>
    public static TrainingFolder Create(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        TrainingFolder made = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        if (Path.Exists(made._work))
        {
            throw new IOException(
                $"'{made._work}' exists: another process makes the training set, or one ended before it was whole; "
                + "delete it in that case.");
        }

        if (File.Exists(made._folder) || (Directory.Exists(made._folder) && Directory.EnumerateFileSystemEntries(made._folder).Any()))
        {
            throw new IOException($"'{made._folder}' is not empty; name a new folder for the training set.");
        }

        Directory.CreateDirectory(made._work);
        made.TakeOwnership();
        return made;
    }

    /// <summary>
    /// The path of a file of one part: in a folder of the definition, which is made, called after its name, its version and the first
    /// digits of its hash, because overrides make other definitions of the same version.
    /// </summary>
    /// <param name="definition">The definition of all rows of the file.</param>
    /// <param name="part">The number of the part, from 0.</param>
    /// <param name="extension">The end of the file's name, with its dot.</param>
    public string PathOf(SequenceDefinition definition, int part, string extension)
    {
        ArgumentNullException.ThrowIfNull(definition);
        string inside = Directory.CreateDirectory(Path.Combine(_work, FolderOf(definition))).FullName;
        return Path.Combine(inside, string.Create(CultureInfo.InvariantCulture, $"part-{part:00000}{extension}"));
    }

    /// <summary>Writes the report and gives the folder its name.</summary>
    /// <exception cref="IOException">
    /// What was written belongs to another set now, the set's folder is not empty, or the disk refused to make a name durable. When that is
    /// the set's own name, the set is there, whole.
    /// </exception>
    public void Complete(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!IsOurs())
        {
            throw new IOException($"'{_work}' was deleted or belongs to another training set now; make the set again.");
        }

        WriteReport(report, Path.Combine(_work, ReportFile));
        foreach (string inside in Directory.EnumerateDirectories(_work, "*", SearchOption.AllDirectories))
        {
            DurableFiles.SyncFolder(inside);
        }

        DurableFiles.SyncFolder(_work);
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder); // it is empty, or this throws
        }

        Directory.Move(_work, _folder);
        _isComplete = true;
        File.Delete(Path.Combine(_folder, OwnerFile));
        DurableFiles.SyncFolder(Path.GetDirectoryName(_folder)!);
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

    private static string FolderOf(SequenceDefinition definition)
    {
        string name = string.Concat(definition.Name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' ? c : '_'));
        return definition.IsPortable
            ? string.Create(
                CultureInfo.InvariantCulture, $"{name}.v{definition.Version}.{(uint)(definition.ComputeContentHash() >> 96):x8}")
            : string.Create(CultureInfo.InvariantCulture, $"{name}.v{definition.Version}");
    }

    private static void WriteReport(TrainingReport report, string path)
    {
        using (FileStream file = new(path, FileMode.CreateNew))
        using (Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            report.WriteTo(json);
            json.WriteEndObject();
        }

        DurableFiles.SyncFile(path);
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
            file.Write(Encoding.ASCII.GetBytes(_owner));
        }
    }

    private bool IsOurs()
    {
        string path = Path.Combine(_work, OwnerFile);
        return File.Exists(path) && File.ReadAllText(path) == _owner;
    }
}
