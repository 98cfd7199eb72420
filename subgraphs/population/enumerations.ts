// The enumerations of the population register: its tables accept no other codes, and its schema shows them.

export enum Sex {
  FEMALE = 'female',
  MALE = 'male',
}

export enum FamilyRole {
  PARENT = 'parent',
  CHILD = 'child',
}
