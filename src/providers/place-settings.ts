/** Settings of a whole place that its service keeps, each a yes or a no. */

export interface PlaceSetting {
  readonly name: string
  readonly value: boolean
}

export interface PlaceSettings {
  /** Those that are a yes or a no, in the order of the service. */
  list(): Promise<readonly PlaceSetting[]>
  /**
   * May be repeated.
   * @returns what the service says of it then, which may be otherwise. @throws KeyriteError `NOT_FOUND` if there is no such setting.
   */
  set(name: string, value: boolean): Promise<boolean>
}
