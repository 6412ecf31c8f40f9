namespace Signals.Parquet;

/// <summary>Parquet files: what a store holds written out, and files of any producer read in.</summary>
internal static class NamespaceDoc
{
}
