using Npgsql;

namespace Signals.Tests.Cluster.Postgres;

/// <summary>
/// The tables and queries with which Orleans keeps a membership in PostgreSQL. A user takes the scripts of Orleans; this is what they have
/// to provide, written for these tests. Every change of a member counts the table's version up, from the version that its writer has read.
/// </summary>
internal static class MembershipTables
{
    private const string Tables = """
        CREATE TABLE OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);
        CREATE TABLE OrleansMembershipVersionTable (
            DeploymentId text PRIMARY KEY, Version integer NOT NULL, Timestamp timestamptz NOT NULL DEFAULT now());
        CREATE TABLE OrleansMembershipTable (
            DeploymentId text NOT NULL REFERENCES OrleansMembershipVersionTable, Address text NOT NULL, Port integer NOT NULL,
            Generation integer NOT NULL, SiloName text NOT NULL, HostName text NOT NULL, Status integer NOT NULL, ProxyPort integer,
            SuspectTimes text, StartTime timestamptz NOT NULL, IAmAliveTime timestamptz NOT NULL,
            PRIMARY KEY (DeploymentId, Address, Port, Generation));
        """;

    private const string ThisSilo =
        "m.DeploymentId = @DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation";

    // The next version, if nobody took it since; otherwise no row, and then the statement behind it does nothing.
    private const string NextVersion = """
        WITH next AS (
            UPDATE OrleansMembershipVersionTable SET Version = Version + 1, Timestamp = now()
            WHERE DeploymentId = @DeploymentId AND Version = @Version RETURNING Version)
        """;

    private const string Members = """
        SELECT v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes,
            NULL::text AS MetadataJson, m.StartTime, m.IAmAliveTime, v.Version
        FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m ON m.DeploymentId = v.DeploymentId
        """;

    private static readonly (string Key, string Text)[] Queries =
    [
        ("InsertMembershipVersionKey", """
            WITH made AS (
                INSERT INTO OrleansMembershipVersionTable (DeploymentId, Version) VALUES (@DeploymentId, 0)
                ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::integer FROM made
            """),
        ("InsertMembershipKey", $"""
            {NextVersion}, made AS (
                INSERT INTO OrleansMembershipTable (DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort,
                    StartTime, IAmAliveTime)
                SELECT @DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime
                FROM next ON CONFLICT DO NOTHING RETURNING 1)
            SELECT count(*)::integer FROM made
            """),
        ("UpdateMembershipKey", $"""
            {NextVersion}, changed AS (
                UPDATE OrleansMembershipTable m
                SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime
                FROM next WHERE {ThisSilo} RETURNING 1)
            SELECT count(*)::integer FROM changed
            """),
        ("UpdateIAmAlivetimeKey", $"UPDATE OrleansMembershipTable m SET IAmAliveTime = @IAmAliveTime WHERE {ThisSilo}"),
        ("MembershipReadRowKey", $"{Members} AND {ThisSilo} WHERE v.DeploymentId = @DeploymentId"),
        ("MembershipReadAllKey", $"{Members} WHERE v.DeploymentId = @DeploymentId"),
        ("GatewaysQueryKey", """
            SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable
            WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0
            """),
        ("DeleteMembershipTableEntriesKey", """
            DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
            DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId
            """),
        ("CleanupDefunctSiloEntriesKey", """
            DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId AND IAmAliveTime < @IAmAliveTime AND Status <> 3
            """),
        ("CleanupDefunctSiloEntryKey", $"DELETE FROM OrleansMembershipTable m WHERE {ThisSilo} AND m.IAmAliveTime = @IAmAliveTime"),
    ];

    public static async Task CreateAsync(NpgsqlDataSource database)
    {
        await using (NpgsqlCommand tables = database.CreateCommand(Tables))
        {
            await tables.ExecuteNonQueryAsync();
        }

        foreach ((string key, string text) in Queries)
        {
            await using NpgsqlCommand add = database.CreateCommand("INSERT INTO OrleansQuery VALUES ($1, $2)");
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            await add.ExecuteNonQueryAsync();
        }
    }
}
