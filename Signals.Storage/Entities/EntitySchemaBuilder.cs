namespace Signals.Enrichment;

/// <summary>
/// Collects the columns of an entity table. Thread contract: one thread, inside <see cref="EntitySchema.Define"/>.
/// </summary>
public sealed class EntitySchemaBuilder
{
    private readonly EventTypeBuilder _row;

    internal EntitySchemaBuilder(EventTypeBuilder row) => _row = row;

    /// <summary>Adds a column of numbers or booleans.</summary>
    /// <typeparam name="T">bool, an integer of 8 to 64 bits, <see cref="Half"/>, float or double.</typeparam>
    public EntitySchemaBuilder Field<T>(string name)
        where T : unmanaged
    {
        _row.Field<T>(name);
        return this;
    }

    /// <summary>Adds a text column.</summary>
    public EntitySchemaBuilder Text(string name)
    {
        _row.Text(name);
        return this;
    }

    /// <summary>Adds a column of byte strings.</summary>
    public EntitySchemaBuilder Bytes(string name)
    {
        _row.Bytes(name);
        return this;
    }

    /// <summary>Adds a vector column.</summary>
    /// <typeparam name="T">float, <see cref="Half"/> or sbyte.</typeparam>
    /// <param name="name">The name of the column.</param>
    /// <param name="dimensions">Number of components of every value, 1 to 16384.</param>
    public EntitySchemaBuilder Vector<T>(string name, int dimensions)
        where T : unmanaged
    {
        _row.Vector<T>(name, dimensions);
        return this;
    }
}
