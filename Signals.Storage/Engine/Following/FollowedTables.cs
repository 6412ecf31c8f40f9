using Signals.Storage.Engine.Views;
using Signals.Storage.Primitives;
using Signals.Storage.Tables;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Following;

/// <summary>
/// Opens the tables that a state of the manifest names and that are not shown yet. What is open stays open, whatever the writer deletes,
/// so an attempt that begins again has less to do.
/// </summary>
/// <remarks>
/// Thread contract: one thread at a time. Lifetime: that of the followed state; disposing closes what was opened and never shown.
/// </remarks>
internal sealed class FollowedTables(StoreFolder folder, StoreContents contents) : IDisposable
{
    private readonly Dictionary<ulong, Table> _ahead = [];

    /// <summary>Opens what is missing and tells how the tables change.</summary>
    /// <exception cref="CorruptionException">A table is damaged or missing: it is lost, or was deleted meanwhile.</exception>
    /// <exception cref="FileOperationException">A table cannot be opened.</exception>
    public VersionEdit Prepare(ManifestState state)
    {
        TableVersion shown = contents.View.Current.Tables;
        VersionEdit edit = new();
        edit.RemovedTables.AddRange(shown.Tables.Where(table => !IsIn(state, table)).Select(table => table.Meta.Number));
        edit.AddedTables.AddRange(state.Tables.Values.Where(
            meta => !shown.TryGet(meta.Number, out Table table) || !AreSame(table.Meta, meta)));
        foreach (Table table in _ahead.Values.Where(table => !IsIn(state, table)).ToArray())
        {
            _ahead.Remove(table.Meta.Number);
            table.Dispose();
        }

        foreach (TableMeta meta in edit.AddedTables.Where(meta => !_ahead.ContainsKey(meta.Number)))
        {
            _ahead.Add(meta.Number, Open(meta, state, shown));
        }

        return edit;
    }

    /// <summary>The tables after an edit that <see cref="Prepare"/> made. They belong to the view from now on.</summary>
    /// <param name="edit">The edit.</param>
    /// <param name="removed">The tables that the view no longer holds.</param>
    public TableVersion Take(VersionEdit edit, out Table[] removed)
    {
        TableVersion shown = contents.View.Current.Tables;
        TableVersion next = shown.Apply(edit, _ahead.Values);
        removed = [.. edit.RemovedTables.Select(number => shown[number])];
        foreach (TableMeta meta in edit.AddedTables)
        {
            contents.Watermarks.Raise(meta.EventType, meta.NewestInserted);
        }

        _ahead.Clear();
        return next;
    }

    public void Dispose()
    {
        FirstError.DisposeAll([.. _ahead.Values]);
        _ahead.Clear();
    }

    private Table Open(TableMeta meta, ManifestState state, TableVersion shown)
    {
        try
        {
            return contents.Tables.OpenAll([meta], shown)[0];
        }
        catch (FileOperationException)
            when (StoreFiles.FilesOf(meta).FirstOrDefault(name => !folder.Files.FileExists(folder.PathOf(name))) is { } gone)
        {
            throw ManifestTail.Missing(folder, state, gone);
        }
    }

    private static bool IsIn(ManifestState state, Table table) =>
        state.Tables.TryGetValue(table.Meta.Number, out TableMeta? meta) && AreSame(table.Meta, meta);

    // A fold adds a run again under its number, with other column files.
    private static bool AreSame(TableMeta one, TableMeta other) =>
        one.Number == other.Number
        && one.Traits == other.Traits
        && one.ColumnFiles.Select(file => file.Number).SequenceEqual(other.ColumnFiles.Select(file => file.Number));
}
