using Signals.Samples.ConsoleHost.Options;

namespace Signals.Samples.ConsoleHost.Events;

/// <summary>Builds a store schema from the column options: every event type gets the same fields. Pure.</summary>
internal static class MappedSchema
{
    /// <summary>The schema that <paramref name="mapping"/> describes.</summary>
    public static StoreSchema Build(EventMapping mapping, Retention retention) => StoreSchema.Define(schema =>
    {
        foreach (string name in mapping.Type!.Names)
        {
            schema.EventType(name, eventType =>
            {
                foreach (FieldMapping field in mapping.Fields)
                {
                    AddField(eventType, field);
                }
                retention.ApplyTo(eventType);
            });
        }
    });

    private static EventTypeBuilder AddField(EventTypeBuilder type, FieldMapping field) => field.Kind switch
    {
        ColumnKind.Boolean => type.Field<bool>(field.Name),
        ColumnKind.Int8 => type.Field<sbyte>(field.Name),
        ColumnKind.UInt8 => type.Field<byte>(field.Name),
        ColumnKind.Int16 => type.Field<short>(field.Name),
        ColumnKind.UInt16 => type.Field<ushort>(field.Name),
        ColumnKind.Int32 => type.Field<int>(field.Name),
        ColumnKind.UInt32 => type.Field<uint>(field.Name),
        ColumnKind.Int64 => type.Field<long>(field.Name),
        ColumnKind.UInt64 => type.Field<ulong>(field.Name),
        ColumnKind.Float16 => type.Field<Half>(field.Name),
        ColumnKind.Float32 => type.Field<float>(field.Name),
        ColumnKind.Float64 => type.Field<double>(field.Name),
        ColumnKind.Text => type.Text(field.Name),
        ColumnKind.Bytes => type.Bytes(field.Name),
        ColumnKind.VectorInt8 => type.Vector<sbyte>(field.Name, field.Dimensions),
        ColumnKind.VectorFloat16 => type.Vector<Half>(field.Name, field.Dimensions),
        ColumnKind.VectorFloat32 => type.Vector<float>(field.Name, field.Dimensions),
        _ => throw new ArgumentOutOfRangeException(nameof(field), field.Kind, "unknown kind"),
    };
}
