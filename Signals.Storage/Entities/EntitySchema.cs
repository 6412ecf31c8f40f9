namespace Signals.Enrichment;

/// <summary>The name of an entity table and the columns of its rows. Immutable and safe to share.</summary>
public sealed class EntitySchema
{
    internal EntitySchema(StoreSchema stored)
    {
        Stored = stored;
        Row = stored.EventTypes[0];
    }

    /// <summary>The table's name.</summary>
    public string Name => Row.Name;

    /// <summary>The columns, in order.</summary>
    public IReadOnlyList<ColumnSchema> Columns => Row.Columns;

    /// <summary>The schema in the form that is stored in the file.</summary>
    internal StoreSchema Stored { get; }

    /// <summary>The columns of a row in the form that the column buffers take.</summary>
    internal EventTypeSchema Row { get; }

    /// <summary>Declares a schema.</summary>
    /// <param name="name">The name of the table: 1 to 128 characters of <c>a-z A-Z 0-9 _ . -</c>.</param>
    /// <param name="define">Adds the columns.</param>
    /// <exception cref="ArgumentException">A name is invalid or used twice, or a limit is exceeded.</exception>
    public static EntitySchema Define(string name, Action<EntitySchemaBuilder> define)
    {
        ArgumentNullException.ThrowIfNull(define);
        return new EntitySchema(StoreSchema.Define(s => s.EventType(name, type => define(new EntitySchemaBuilder(type)))));
    }

    /// <summary>Whether the rows of both have the same columns: names and types, in order.</summary>
    internal bool HasSameColumns(EntitySchema other) =>
        Columns.Select(c => (c.Name, c.Type)).SequenceEqual(other.Columns.Select(c => (c.Name, c.Type)));
}
