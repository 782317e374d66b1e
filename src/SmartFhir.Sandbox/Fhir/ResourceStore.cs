using Microsoft.Data.Sqlite;

namespace SmartFhir.Sandbox.Fhir;

/// <summary>One stored version of a resource.</summary>
/// <param name="RowId">The row, which grows with time.</param>
/// <param name="Type">The resource type.</param>
/// <param name="Id">The logical id.</param>
/// <param name="Version">The version, from 1.</param>
/// <param name="Updated">When, UTC ticks.</param>
/// <param name="Deleted">True for the version that says it is gone.</param>
/// <param name="Json">The bytes that are served.</param>
public sealed record StoredResource(long RowId, string Type, string Id, int Version, long Updated, bool Deleted, byte[] Json)
{
    public string Reference => $"{Type}/{Id}";

    public string ETag => $"W/\"{Version}\"";

    public DateTimeOffset LastUpdated => new(Updated, TimeSpan.Zero);
}

/// <summary>Resources and their indexes in SQLite: a temporary file that goes with the program, or one to keep.</summary>
public sealed class ResourceStore : IDisposable
{
    private static readonly string[] Tables = ["token", "string", "reference", "date", "number", "uri"];

    private readonly string _path;
    private readonly bool _temporary;
    private readonly string _connectionString;
    private readonly SqliteConnection _writer;

    public ResourceStore(SandboxOptions options)
    {
        _temporary = options.Database is null;
        _path = options.Database ?? Path.Combine(Path.GetTempPath(), $"smartfhir-sandbox-{Guid.NewGuid():N}.db");
        _connectionString = new SqliteConnectionStringBuilder { DataSource = _path, Pooling = true }.ToString();
        _writer = Open();
        Execute(_writer, $"""
            PRAGMA journal_mode=WAL; PRAGMA synchronous={(_temporary ? "OFF" : "NORMAL")};
            CREATE TABLE IF NOT EXISTS resource(rid INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL,
                current INTEGER NOT NULL, deleted INTEGER NOT NULL, json BLOB NOT NULL);
            CREATE UNIQUE INDEX IF NOT EXISTS resource_version ON resource(type, id, version);
            CREATE INDEX IF NOT EXISTS resource_current ON resource(type, rid) WHERE current = 1 AND deleted = 0;
            """);
        foreach (string table in Tables)
        {
            Execute(_writer, $"""
                CREATE TABLE IF NOT EXISTS idx_{table}(rid INTEGER NOT NULL, type TEXT NOT NULL, param TEXT NOT NULL, system TEXT, value TEXT, text TEXT, low NUMERIC, high NUMERIC);
                """);
        }
    }

    /// <summary>How many current resources there are.</summary>
    public long Count
    {
        get
        {
            using SqliteConnection connection = Open();
            using SqliteCommand command = Command(connection, "SELECT COUNT(*) FROM resource WHERE current = 1 AND deleted = 0");
            return (long)command.ExecuteScalar()!;
        }
    }

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }

    /// <summary>Adds many resources in one transaction.</summary>
    public void AddAll(IEnumerable<(StoredResource Resource, IReadOnlyList<IndexEntry> Entries)> items)
    {
        using SqliteTransaction transaction = _writer.BeginTransaction();
        using SqliteCommand insert = Command(_writer, "INSERT INTO resource(type, id, version, updated, current, deleted, json) VALUES ($type, $id, $version, $updated, 1, 0, $json) RETURNING rid", transaction);
        string[] names = ["$type", "$id", "$version", "$updated", "$json"];
        SqliteParameter[] values = [.. names.Select(name => insert.Parameters.Add(new SqliteParameter(name, null)))];
        Dictionary<string, (SqliteCommand Command, SqliteParameter[] Parameters)> indexes = Tables.ToDictionary(table => table, table => IndexCommand(table, transaction), StringComparer.Ordinal);
        foreach ((StoredResource resource, IReadOnlyList<IndexEntry> entries) in items)
        {
            if (resource.Version > 1)
            {
                Supersede(resource, transaction);
            }

            Set(values, resource.Type, resource.Id, resource.Version, resource.Updated, resource.Json);
            long row = (long)insert.ExecuteScalar()!;
            foreach (IndexEntry entry in entries)
            {
                (SqliteCommand command, SqliteParameter[] parameters) = indexes[entry.Table];
                Set(parameters, row, resource.Type, entry.Parameter, entry.System, entry.Value, entry.Text, entry.Low, entry.High);
                command.ExecuteNonQuery();
            }
        }

        foreach ((SqliteCommand command, _) in indexes.Values)
        {
            command.Dispose();
        }

        transaction.Commit();
    }

    /// <summary>Makes the indexes of the index tables, which is faster after loading than before.</summary>
    public void FinishLoading()
    {
        foreach (string table in Tables)
        {
            string column = table is "date" or "number" ? "low" : "value";
            Execute(_writer, $"CREATE INDEX IF NOT EXISTS idx_{table}_find ON idx_{table}(type, param, {column}, rid); CREATE INDEX IF NOT EXISTS idx_{table}_row ON idx_{table}(rid, param);");
        }

        Execute(_writer, "ANALYZE");
    }

    /// <summary>The current version, deleted or not, or null.</summary>
    public StoredResource? Find(string type, string id) => Query(
        "SELECT rid, type, id, version, updated, deleted, json FROM resource WHERE type = $type AND id = $id AND current = 1", ("$type", type), ("$id", id)).FirstOrDefault();

    /// <summary>One version, or null.</summary>
    public StoredResource? Find(string type, string id, int version) => Query(
        "SELECT rid, type, id, version, updated, deleted, json FROM resource WHERE type = $type AND id = $id AND version = $version",
        ("$type", type), ("$id", id), ("$version", version)).FirstOrDefault();

    public List<StoredResource> Query(string sql, params IEnumerable<(string Name, object? Value)> parameters)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = Command(connection, sql);
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        using SqliteDataReader reader = command.ExecuteReader();
        var resources = new List<StoredResource>();
        while (reader.Read())
        {
            resources.Add(new StoredResource(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt64(4), reader.GetBoolean(5), reader.GetFieldValue<byte[]>(6)));
        }

        return resources;
    }

    public long Scalar(string sql, params IEnumerable<(string Name, object? Value)> parameters)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = Command(connection, sql);
        foreach ((string name, object? value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _writer.Dispose();
        SqliteConnection.ClearAllPools();
        if (_temporary)
        {
            foreach (string suffix in (string[])["", "-wal", "-shm"])
            {
                File.Delete(_path + suffix);
            }
        }
    }

    /// <summary>The version before is no longer the current one, and no longer found.</summary>
    private void Supersede(StoredResource resource, SqliteTransaction transaction)
    {
        const string Previous = "(SELECT rid FROM resource WHERE type = $type AND id = $id AND current = 1)";
        string sql = string.Concat(Tables.Select(table => $"DELETE FROM idx_{table} WHERE rid IN {Previous};")) + $"UPDATE resource SET current = 0 WHERE rid IN {Previous}";
        using SqliteCommand command = Command(_writer, sql, transaction);
        command.Parameters.AddWithValue("$type", resource.Type);
        command.Parameters.AddWithValue("$id", resource.Id);
        command.ExecuteNonQuery();
    }

    private (SqliteCommand Command, SqliteParameter[] Parameters) IndexCommand(string table, SqliteTransaction transaction)
    {
        SqliteCommand command = Command(_writer, $"INSERT INTO idx_{table}(rid, type, param, system, value, text, low, high) VALUES ($a, $b, $c, $d, $e, $f, $g, $h)", transaction);
        string[] names = ["$a", "$b", "$c", "$d", "$e", "$f", "$g", "$h"];
        return (command, [.. names.Select(name => command.Parameters.Add(new SqliteParameter(name, null)))]);
    }

    private static void Set(SqliteParameter[] parameters, params ReadOnlySpan<object?> values)
    {
        for (int index = 0; index < values.Length; index++)
        {
            parameters[index].Value = values[index] ?? DBNull.Value;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    /// <summary>Every text is made in this folder; values travel as parameters.</summary>
    private static SqliteCommand Command(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
#pragma warning disable CA2100
        return new SqliteCommand(sql, connection, transaction);
#pragma warning restore CA2100
    }
}
