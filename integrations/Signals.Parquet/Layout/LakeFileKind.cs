namespace Signals.Parquet.Layout;

/// <summary>What a Parquet file of ours holds. The names are in the files.</summary>
internal enum LakeFileKind
{
    /// <summary>Events of one type.</summary>
    Events = 1,

    /// <summary>The rows of an entity table.</summary>
    Entities = 2,

    /// <summary>The sequences of a feature log, one row each.</summary>
    Features = 3,

    /// <summary>The rows of a training set: a request or moment, its label, and a sequence.</summary>
    Training = 4,
}
